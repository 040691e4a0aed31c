import { RouterError } from '@signalbox/store';

/** Nothing was changed. `text`: one imperative sentence that says what to do. */
export const refused = (message: string, text: string): RouterError => new RouterError('switch.refused', message, { remedy: { who: 'operator', action: 'fix-config', text } });
