/** What somebody told; or, where they could not, why, in the operator's words. What is not known is never nothing. */
export type Told<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

/** Whoever has not answered by then is not well. */
const PATIENCE_MS = 5_000;

/** What is told within a few seconds. Never fails. @param who - begins the sentence that says that there was no answer */
export async function inTime<T>(who: string, ask: () => Promise<T>): Promise<Told<T>> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<Told<T>>((resolve) => {
		timer = setTimeout(() => resolve({ known: false, why: `${who} did not answer within ${PATIENCE_MS / 1000} seconds.` }), PATIENCE_MS);
	});
	try {
		return await Promise.race([ask().then((value): Told<T> => ({ known: true, value })), late]);
	} catch (error) {
		return { known: false, why: error instanceof Error ? error.message : String(error) };
	} finally {
		clearTimeout(timer);
	}
}
