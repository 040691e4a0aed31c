/** Rows or values in one statement: few enough for every database's limit of parameters, enough for its cost not to count. */
const MOST = 400;

export function chunksOf<Item>(items: readonly Item[], size = MOST): readonly (readonly Item[])[] {
  const chunks: Item[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}

/** All answers to a question that is asked in pieces. */
export async function inChunks<Item, Row>(items: readonly Item[], ask: (chunk: readonly Item[]) => Promise<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const chunk of chunksOf(items)) rows.push(...(await ask(chunk)));
  return rows;
}
