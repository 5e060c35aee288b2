import { type Clock, type Descriptor, invalidArgument, isoSeconds, knownOptions, utf8Bytes } from '@securosys/core';
import { updateIndex, withEntry } from '../layout/index-file.js';
import { ensureLayout, writeBlob } from '../layout/store.js';
import { defaultLimits } from '../limits.js';
import { mediaTypes } from '../media-types.js';
import { isTag } from '../reference.js';
import { packLayer } from './layer.js';

/** How a folder becomes an image. */
export interface PackOptions {
  /** Name of the image in the layout. */
  readonly tag: string;
  /** Gives the creation time in the config. Without it there is none, and the same files always give the same digest. */
  readonly clock?: Clock;
  /** Default `linux`/`amd64`. */
  readonly platform?: { readonly os: string; readonly architecture: string };
}

/**
 * Packs the files of a folder into an OCI image of one layer inside an image layout folder, which is made if it is not there.
 * Streams; the result depends on names, contents and executable bits only.
 * @returns descriptor of the image manifest
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_STORE`
 */
export async function packFolder(folder: string, layout: string, options: PackOptions): Promise<Descriptor> {
  knownOptions('packFolder', options, ['tag', 'clock', 'platform']);
  const { tag, clock, platform = { os: 'linux', architecture: 'amd64' } } = options;
  if (!isTag(tag)) invalidArgument('packFolder: bad tag');
  await ensureLayout(layout);
  const layer = await packLayer(folder, layout);
  const config = await writeJson(layout, mediaTypes.imageConfig, {
    ...(clock && { created: isoSeconds(clock.now()) }),
    architecture: platform.architecture,
    os: platform.os,
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
  });
  const manifest = await writeJson(layout, mediaTypes.imageManifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    config,
    layers: [layer.descriptor],
  });
  await updateIndex(layout, defaultLimits.manifestBytes, (entries) => withEntry(entries, manifest, tag));
  return manifest;
}

async function writeJson(layout: string, mediaType: string, json: object): Promise<Descriptor> {
  const bytes = utf8Bytes(JSON.stringify(json));
  return { mediaType, digest: await writeBlob(layout, bytes), size: bytes.byteLength };
}
