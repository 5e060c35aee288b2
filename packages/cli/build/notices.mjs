// Licences of what is built into an executable.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the package that a source file belongs to, or `undefined` for sources of ours. */
function packageFolder(source) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/@][^/]*)\//.exec(source)?.[1];
}

/** What the ISC licence says, for packages that name it and bring no text along. */
const iscText = (name) => `Copyright (c) the authors of ${name}

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR
IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`;

function licenceText(folder, { name, license }) {
  const file = readdirSync(folder).find((one) => /^licen[cs]e(-mit)?(\.(md|txt))?$/i.test(one));
  if (file) return readFileSync(join(folder, file), 'utf8').trim();
  if (license === 'ISC') return iscText(name);
  throw new Error(`${folder} has no licence text`);
}

/**
 * @param {readonly string[]} sources paths of what was built in
 * @returns {string} Markdown
 */
export function thirdPartyNotices(sources) {
  const folders = [...new Set(sources.map(packageFolder))].filter((folder) => folder && existsSync(join(folder, 'package.json')));
  const packages = folders.map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const { name, version, license } = manifest;
    return { title: `${name} ${version}`, license, text: licenceText(folder, manifest) };
  });
  const parts = packages
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .map(({ title, license, text }) => `## ${title}\n\n${license}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
  return [
    '# Third-party notices\n\nThe executables in this folder contain code of the following packages, under their own licences.\n',
    ...new Set(parts),
  ].join('\n');
}
