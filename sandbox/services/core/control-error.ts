/** A call to a service's control methods that cannot be carried out. `status` is the HTTP status of the control API's answer. */
export class ControlError extends Error {
	public constructor(
		public readonly status: number,
		message: string
	) {
		super(message);
		this.name = 'ControlError';
	}
}
