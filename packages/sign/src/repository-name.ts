const waysRound: readonly string[] = ['', '.', '..'];

/**
 * Whether a repository's folder is named in a way round: a rule may be about the plain name, and a star stands for a way up too. Names of registries
 * have nothing of this; backslashes are slashes to Windows, and a colon begins what is no more part of the path.
 */
export function isRoundabout(name: string): boolean {
  const [first, ...parts] = name.replace(/^oci:/, '').split('/');
  const isWayRound = (part: string) => waysRound.includes(part.split(':', 1)[0] as string);
  return first === '..' || name.includes('\\') || parts.some(isWayRound);
}
