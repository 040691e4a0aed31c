type Json = Readonly<Record<string, unknown>>;

/** Names the description of the API does not know, or that its generator left out of the answers. */
const UNDESCRIBED = new Set(['notificationContentType']);

/** Kinds of items that lists of the documentation have beside those that are simulated. */
const NOT_SIMULATED = new Set(['#microsoft.graph.mailSearchFolder']);

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

/**
 * What an example has and an answer has not: properties by name, and their types. Lists are compared by their first item.
 * null stands for any type, and for true and false their names, as documentation samples have them (FACTS.md E2).
 */
export function differences(example: unknown, answer: unknown, path = ''): readonly string[] {
  if (example === null || answer === null) return [];
  if (typeOf(example) !== typeOf(answer)) {
    if (typeof answer === 'boolean' && (example === 'true' || example === 'false')) return [];
    return [`${path} is ${typeOf(answer)}, not ${typeOf(example)}`];
  }
  if (Array.isArray(example) && Array.isArray(answer)) return listDifferences(example, answer, path);
  if (!isObject(example) || !isObject(answer)) return [];
  return Object.entries(example).flatMap(([name, value]) => {
    if (name.includes('@odata.') || UNDESCRIBED.has(name)) return [];
    return name in answer ? differences(value, answer[name], `${path}/${name}`) : [`${path}/${name} is missing`];
  });
}

/** Each item of the example has one like it. */
function listDifferences(example: readonly unknown[], answer: readonly unknown[], path: string): readonly string[] {
  if (example.length > 0 && answer.length === 0) return [`${path} is empty`];
  return example.flatMap((item, index) => {
    if (isObject(item) && NOT_SIMULATED.has(String(item['@odata.type']))) return [];
    const all = answer.map((candidate) => differences(item, candidate, `${path}[${index}]`));
    return all.find((found) => found.length === 0) ?? all[0] ?? [];
  });
}
