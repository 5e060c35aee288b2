import { invalidArgument, type JsonObject } from '@securosys/core';
import type { TagChanges } from '@securosys/dct';
import { parseReference } from '@securosys/oci';
import type { CommandContext } from '../context.js';
import { gunOf, openTrustedRegistry } from '../open/open-notary.js';

/** What tags are to stand for: what the registry has now, by `registry.example/team/app:1.4`, or with `@digest` exactly that. */
export async function tagChanges(context: CommandContext, gun: string): Promise<TagChanges> {
  const { words, signal } = context;
  const remove = [...new Set(words.list('remove'))].sort();
  const images = words.arguments.map((typed) => ({ typed, reference: parseReference(typed) }));
  if (images.some(({ typed }) => gunOf(typed) !== gun)) invalidArgument('dct sign: images of one repository at a time');
  const tagged = images.filter(({ reference }) => reference.tag !== undefined);
  if (tagged.length === 0 && remove.length === 0 && !words.flag('prolong'))
    invalidArgument('dct sign: name images with their tags, or --remove tags, or --prolong what is there');
  if (tagged.length === 0) return { remove };
  const oci = await openTrustedRegistry(context, gun);
  try {
    const set: [string, { digest: string; size: number }][] = [];
    for (const { typed, reference } of tagged) {
      const { descriptor } = await oci.open(typed).resolve(undefined, { signal });
      set.push([reference.tag as string, { digest: descriptor.digest, size: descriptor.size }]);
    }
    return { set: Object.fromEntries(set), remove };
  } finally {
    await oci.close();
  }
}

/** The same, as what tells one update from another. */
export const changesJson = ({ set = {}, remove = [] }: TagChanges): JsonObject => ({
  set: Object.fromEntries(Object.entries(set).map(([tag, { digest, size }]) => [tag, { digest, size }])),
  remove: [...remove],
});
