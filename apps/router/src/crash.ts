/**
 * What is said of an error that nobody has caught, which is a mistake in the program or in a plugin: its kind, its code and where it was. What it says
 * and carries stays out, because that may quote a header or a request, and nobody has looked through it for secrets.
 */
export function crashText(error: unknown): string {
  const head = 'signalbox ends: a mistake in the program, or in a plugin.';
  const rest = 'What the error says is left out, because it may hold a secret. Report these lines; everything that was recorded is kept.';
  return `${head}\n${describe(error)}\n${rest}\n`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `Something was thrown that is no error, but of the type ${typeof error}.`;
  const code = 'code' in error && typeof error.code === 'string' && /^[\w.-]{1,60}$/.test(error.code) ? ` (${error.code})` : '';
  return [`${wordOf(error.name)}${code}`, ...framesOf(error), ...causeOf(error)].join('\n');
}

const wordOf = (name: unknown): string => (typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'Error');

/** A message may have lines that look like these. It stands before those of the stack, which come last and in one piece. */
function framesOf({ message, stack = '' }: Error): readonly string[] {
  const [begin, said] = [stack.indexOf(message), message.length];
  const lines = (begin === -1 ? stack : stack.slice(begin + said)).split('\n');
  const from = lines.findLastIndex((line) => !/^ {4}at /.test(line)) + 1;
  return lines.slice(from);
}

const causeOf = ({ cause }: Error): readonly string[] => (cause instanceof Error ? [`Caused by: ${wordOf(cause.name)}`, ...framesOf(cause)] : []);
