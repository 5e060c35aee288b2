// Licences of what is built into an executable.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the package that a source file belongs to, or `undefined` for sources of ours. */
function packageFolder(source) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/@][^/]*)\//.exec(source)?.[1];
}

function licenceText(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(-mit)?(\.(md|txt))?$/i.test(name));
  if (!file) throw new Error(`${folder} has no licence text`);
  return readFileSync(join(folder, file), 'utf8').trim();
}

/**
 * @param {readonly string[]} sources paths of what was built in
 * @returns {string} Markdown
 */
export function thirdPartyNotices(sources) {
  const folders = [...new Set(sources.map(packageFolder))].filter((folder) => folder && existsSync(join(folder, 'package.json')));
  const packages = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { title: `${name} ${version}`, license, text: licenceText(folder) };
  });
  const parts = packages
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .map(({ title, license, text }) => `## ${title}\n\n${license}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
  return [
    '# Third-party notices\n\nThe executables in this folder contain code of the following packages, under their own licences.\n',
    ...new Set(parts),
  ].join('\n');
}
