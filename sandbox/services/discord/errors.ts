/** For those who serve the sandbox without knowing its inside. */
export { ControlError } from './core/errors.js';
