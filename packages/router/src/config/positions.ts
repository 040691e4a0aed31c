/** Both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type ConfigPath = readonly (string | number)[];

/** Finds the place in the file that a path of the configuration stands at. */
export interface ConfigPositions {
  /** Of the key (or list entry); of the nearest enclosing one that the file has, when it has not this one. */
  at(path: ConfigPath): Position;
}

/** `['mailboxes', 2, 'servers', 'imap']` as `mailboxes[2].servers.imap`; the empty path is the file. */
export function formatPath(path: ConfigPath): string {
  if (path.length === 0) return '(file)';
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const name = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
