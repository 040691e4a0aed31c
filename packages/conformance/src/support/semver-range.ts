type Version = readonly [number, number, number];

const parse = (text: string): { readonly version: Version; readonly given: number } => {
  const given = text.trim().split('.').filter((part) => /^\d+$/.test(part)).map(Number);
  return { version: [given[0] ?? 0, given[1] ?? 0, given[2] ?? 0], given: given.length };
};

const compare = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

const bump = ([major, minor, patch]: Version, position: number): Version =>
  position <= 0 ? [major + 1, 0, 0] : position === 1 ? [major, minor + 1, 0] : [major, minor, patch + 1];

/** One comparator as its half-open interval; absent bounds are open. */
function interval(comparator: string): { readonly from: Version; readonly below?: Version } {
  const [, operator = '', rest = ''] = /^(\^|~|>=|<=|>|<|=)?\s*v?(.*)$/.exec(comparator) ?? [];
  const { version, given } = parse(rest);
  if (given === 0) return { from: [0, 0, 0] };
  const whole = bump(version, given - 1); // 1.2 means every 1.2.x
  switch (operator) {
    case '^':
      return { from: version, below: bump(version, Math.min(given - 1, Math.max(0, version.findIndex((part) => part > 0)))) };
    case '~':
      return { from: version, below: bump(version, Math.min(given - 1, 1)) };
    case '>=':
      return { from: version };
    case '>':
      return { from: whole };
    case '<=':
      return { from: [0, 0, 0], below: whole };
    case '<':
      return { from: [0, 0, 0], below: version };
    default:
      return { from: version, below: whole };
  }
}

/** Whether a version lies in a semver range: `^1.0`, `~1.2`, `>=1 <3`, `1.x`, `1 || 2`. Pre-releases are not looked at. */
export function satisfies(version: string, range: string): boolean {
  const { version: wanted } = parse(version);
  return range.split('||').some((alternative) =>
    alternative
      .trim()
      .replaceAll(/(\^|~|>=|<=|>|<|=)\s+/g, '$1')
      .split(/\s+/)
      .map(interval)
      .every(({ from, below }) => compare(wanted, from) >= 0 && (!below || compare(wanted, below) < 0)),
  );
}
