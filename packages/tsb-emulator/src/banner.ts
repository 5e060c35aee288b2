const frame = '*'.repeat(68);
const line = (text: string) => `*  ${text.padEnd(64)}*`;

/** What every start says (threat model S35). */
export function bannerText(url: string, dataFolder?: string): string {
  const keys =
    dataFolder === undefined
      ? ['EMULATED TSB. Software keys in memory. Never for production.']
      : ['EMULATED TSB. Never for production.', 'Software keys, kept IN CLEAR in the data folder.'];
  return [
    frame,
    ...keys.map(line),
    line('Nothing it signs or certifies proves anything.'),
    frame,
    ...(dataFolder === undefined ? [] : [`data folder ${dataFolder}`]),
    `listening on ${url}`,
    '',
  ].join('\n');
}
