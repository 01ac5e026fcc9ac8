/** An email as HTML and as text, readable on a phone, on a light and on a dark screen. Pure; the parts are plain text. */

export interface EmailContent {
	readonly title: string;
	/** Of an embed of that kind. */
	readonly colour: number;
	/** The most important first. */
	readonly paragraphs: readonly string[];
	/** What an operator has to know before anything else, and further facts. */
	readonly notes: readonly { readonly name: string; readonly text: string }[];
	readonly sections: readonly { readonly heading: string; readonly people: readonly EmailPerson[] }[];
	/** What the mail leaves out. */
	readonly more: string | null;
	/** Where it can be acted on; or why that is not possible. */
	readonly link: { readonly label: string; readonly url: string } | { readonly whyNot: string };
	readonly smallPrint: readonly string[];
}

export interface EmailPerson {
	readonly name: string;
	readonly text: string;
	readonly details: string;
}

export function textOf({ title, paragraphs, notes, sections, more, link, smallPrint }: EmailContent): string {
	const people = sections.flatMap(({ heading, people: each }) => [
		...(heading === '' ? [] : [`${heading}\n${'-'.repeat(heading.length)}`]),
		...each.map(({ name, text, details }) => `${name}: ${text}\n${details}`.trimEnd())
	]);
	return [
		title,
		...paragraphs,
		'url' in link ? `${link.label}: ${link.url}` : link.whyNot,
		...notes.map(({ name, text }) => `${name}\n${text}`),
		...people,
		...(more === null ? [] : [more]),
		...(smallPrint.length === 0 ? [] : [smallPrint.join('\n')])
	].join('\n\n');
}

export function htmlOf({ title, colour, paragraphs, notes, sections, more, link, smallPrint }: EmailContent): string {
	return page(title, [
		`<div class="bar" style="height:4px;border-radius:2px;margin:0 0 16px;background:#${colour.toString(16).padStart(6, '0')}"></div>`,
		`<h1 style="font-size:20px;line-height:1.3;margin:0 0 12px">${lines(title)}</h1>`,
		...paragraphs.map(paragraph),
		'url' in link ? button(link.label, link.url) : paragraph(link.whyNot),
		...notes.map(
			({ name, text }) =>
				`<div class="note" style="background:#f3f4f6;border-radius:8px;padding:12px;margin:0 0 16px"><strong>${lines(name)}</strong><br>${lines(text)}</div>`
		),
		...sections.flatMap(({ heading, people }) => [
			...(heading === '' ? [] : [`<h2 style="font-size:16px;line-height:1.3;margin:24px 0 4px">${lines(heading)}</h2>`]),
			...people.map(personHtml)
		]),
		...(more === null ? [] : [`<p style="margin:16px 0">${lines(more)}</p>`]),
		...(smallPrint.length === 0
			? []
			: [`<p class="small" style="font-size:13px;color:#5b6270;margin:24px 0 0">${smallPrint.map(lines).join('<br>')}</p>`])
	]);
}

/** Two lines: what there is to say, and where to look. */
export function briefText(said: string, link: EmailContent['link']): string {
	return `${said}\n${'url' in link ? `${link.label}: ${link.url}` : link.whyNot}`;
}

export function briefHtml(title: string, said: string, link: EmailContent['link']): string {
	const second =
		'url' in link ? `<a class="link" style="color:#3a45c4" href="${escapeHtml(link.url)}">${lines(link.label)}</a>` : lines(link.whyNot);
	return page(title, [`<p style="margin:0 0 8px">${lines(said)}</p>`, `<p style="margin:0">${second}</p>`]);
}

/** Styles are inline, because some programs drop the others: for them the mail is light. */
function page(title: string, body: readonly string[]): string {
	return [
		'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
		'<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
		`<title>${escapeHtml(title)}</title>`,
		'<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){',
		'.page{background:#17181b!important;color:#e8e9ec!important}.note{background:#26282d!important}',
		'.small{color:#a3a9b5!important}.person{border-color:#34373d!important}.link{color:#9aa4ff!important}}</style></head>',
		'<body class="page" style="margin:0;background:#ffffff;color:#1c1e22">',
		'<div style="max-width:560px;margin:0 auto;padding:20px 16px;font-family:system-ui,-apple-system,\'Segoe UI\',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.45;overflow-wrap:anywhere">',
		...body,
		'</div></body></html>'
	].join('\n');
}

function personHtml({ name, text, details }: EmailPerson): string {
	const small = details === '' ? '' : `<br><span class="small" style="font-size:13px;color:#5b6270">${lines(details)}</span>`;
	return `<p class="person" style="margin:0;padding:10px 0;border-bottom:1px solid #e2e4e9"><strong>${lines(name)}</strong> · ${lines(text)}${small}</p>`;
}

function paragraph(text: string): string {
	return `<p style="margin:0 0 12px">${lines(text)}</p>`;
}

/** At least 44 px high, for a thumb. */
function button(label: string, url: string): string {
	return `<p style="margin:16px 0 20px"><a href="${escapeHtml(url)}" style="display:inline-block;background:#4752c4;color:#ffffff;text-decoration:none;font-weight:600;border-radius:8px;padding:12px 18px">${lines(label)}</a></p>`;
}

function lines(text: string): string {
	return escapeHtml(text).replaceAll('\n', '<br>');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
