import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from 'discord-api-types/v10';
import { html, nothing, type TemplateResult } from 'lit';
import { act, follow } from '../client/actions.js';
import { api } from '../client/api.js';
import { state } from '../client/state.js';

/** The dialog that an interaction opened. */

interface Field {
	readonly custom_id: string;
	readonly type: number;
	readonly label: string;
	readonly description?: string | undefined;
	readonly style?: number | undefined;
	readonly placeholder?: string | undefined;
	readonly value?: string | undefined;
	readonly required?: boolean | undefined;
	readonly min_length?: number | undefined;
	readonly max_length?: number | undefined;
	readonly options?: readonly { label: string; value: string; default?: boolean }[] | undefined;
}

/** Modals the user has closed or submitted: Discord's client shows each once. */
const done = new Set<string>();

/** The modal of the user's latest interaction, unless it was closed. */
export function modalElement(): TemplateResult | typeof nothing {
	const latest = state.interactions.at(-1);
	if (!latest?.modal || done.has(latest.id) || sessionStorage.getItem(`closed ${latest.id}`)) return nothing;
	const { id, modal } = latest;
	const close = () => {
		done.add(id);
		sessionStorage.setItem(`closed ${id}`, 'yes');
	};
	const submit = (event: SubmitEvent) => {
		event.preventDefault();
		const data = new FormData(event.target as HTMLFormElement);
		const fields = Object.fromEntries(fieldsOf(modal).map(({ custom_id }) => [custom_id, data.getAll(custom_id).map(String).join(',')]));
		void act(async () => {
			const opened = await api.modal(state.user, id, fields);
			close();
			await follow(opened);
		});
	};
	return html`<dialog class="modal" aria-label=${modal.title} @close=${() => act(async () => close())}>
		<form @submit=${submit}>
			<h2>${modal.title}</h2>
			${fieldsOf(modal).map(fieldElement)}
			${state.problem ? html`<p class="problem" role="alert">${state.problem}</p>` : nothing}
			<div class="row end">
				<button type="button" class="button secondary" @click=${() => act(async () => close())}>Cancel</button>
				<button class="button primary">Submit</button>
			</div>
		</form>
	</dialog>`;
}

function fieldsOf(modal: APIModalInteractionResponseCallbackData): Field[] {
	return modal.components.flatMap((top): Field[] => {
		if (top.type === ComponentType.ActionRow) return top.components.map((input) => input as unknown as Field);
		if (top.type !== ComponentType.Label) return [];
		return [{ ...(top.component as unknown as Field), label: top.label, description: top.description }];
	});
}

function fieldElement(field: Field): TemplateResult {
	return html`<label>
		<span class="label">${field.label}${field.required === false ? nothing : html`<span aria-hidden="true"> *</span>`}</span>
		${field.description ? html`<small>${field.description}</small>` : nothing} ${control(field)}
	</label>`;
}

function control(field: Field): TemplateResult {
	const required = field.required !== false;
	if (field.options)
		return html`<select name=${field.custom_id} ?required=${required}>
			${required ? nothing : html`<option value=""></option>`}
			${field.options.map((each) => html`<option value=${each.value} ?selected=${each.default === true}>${each.label}</option>`)}
		</select>`;
	const { placeholder = '', value = '', min_length: min = 0, max_length: max = 4_000 } = field;
	return field.style === TextInputStyle.Paragraph
		? html`<textarea name=${field.custom_id} rows="4" placeholder=${placeholder} minlength=${min} maxlength=${max} ?required=${required}>
${value}</textarea
			>`
		: html`<input
				name=${field.custom_id}
				placeholder=${placeholder}
				value=${value}
				minlength=${min}
				maxlength=${max}
				?required=${required}
				autocomplete="off"
			/>`;
}
