/** Opens the system's browser. What comes of it is not known: the address has to be shown as well. */
export async function openUrl(url: string): Promise<void> {
  const { default: open } = await import('open');
  const child = await open(url);
  child.on('error', () => {}); // no browser here: the person has the address
}
