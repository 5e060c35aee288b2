import { invalidArgument } from '@securosys/core';
import { shownName } from '@securosys/transport';
import { isDigest } from './digest.js';

/** An image in a registry. */
export interface RegistryReference {
  readonly kind: 'registry';
  /** Host, with the port if one was written: `registry.example:5000`. Docker Hub is `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** An image in an OCI image layout folder. */
export interface LayoutReference {
  readonly kind: 'layout';
  /** The folder, as written. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Where an artifact is: in a registry, or in a layout on disk (`oci:folder:tag`). */
export type Reference = RegistryReference | LayoutReference;

const tagGrammar = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const repositoryGrammar = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const hostGrammar =
  /^((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::([1-9][0-9]{0,4}))?$/;

/** Whether the text can be a tag (distribution-spec, `<reference>`). */
export function isTag(text: string): boolean {
  return tagGrammar.test(text);
}

/** Whether the text can be a repository (distribution-spec, `<name>`). */
export function isRepositoryName(text: string): boolean {
  return text.length <= 254 && repositoryGrammar.test(text);
}

/**
 * Reads an image name: `name[:tag][@digest]` with Docker's defaults (no host: `docker.io`; one component there: `library/`),
 * or `oci:folder[:tag]`, `oci:folder@digest` for an OCI image layout. No tag is ever invented: a name without tag and digest
 * names the repository only.
 * @throws SignError `ERR_INVALID_ARGUMENT` for anything outside the grammar, also for a host that a URL would spell differently
 *
 * @example
 * ```ts
 * import { parseReference } from '@securosys/oci';
 * parseReference('registry.example/app:1.4'); // { kind: 'registry', registry: 'registry.example', repository: 'app', tag: '1.4' }
 * ```
 */
export function parseReference(text: string): Reference {
  const shown = shownName(text, 120);
  const wrong = (why: string): never => invalidArgument(`'${shown}' is not an image reference: ${why}`);
  if (typeof text !== 'string' || text === '' || text.length > 4096) return wrong('empty or too long');
  const at = text.lastIndexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (text.startsWith('oci:')) return parseLayout(text.slice(4), wrong);
  if (digest !== undefined && !isDigest(digest)) return wrong('the digest is not sha256 or sha512 in lower-case hex');
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !isTag(tag)) return wrong('bad tag');
  const { registry, repository } = splitHost(tagged ? named.slice(0, colon) : named);
  if (!repositoryGrammar.test(repository) || registry.length + repository.length > 254) return wrong('bad repository name');
  return {
    kind: 'registry',
    registry: checkedHost(registry, wrong),
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** Docker's rule: what is before the first slash is a host only if it looks like one. */
function splitHost(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const registry = !isHost || first === 'index.docker.io' ? 'docker.io' : first;
  const rest = isHost ? name.slice(slash + 1) : name;
  return { registry, repository: registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest };
}

/** A host has one spelling only, so that allow-lists, credentials and trust policy scopes compare text (S25, S26). */
function checkedHost(registry: string, wrong: (why: string) => never): string {
  const found = hostGrammar.exec(registry);
  if (!found) return wrong('bad registry host (lower-case name or address, optional port)');
  if (found[2] !== undefined && Number(found[2]) > 65535) return wrong('bad port');
  let normal: string;
  try {
    normal = new URL(`https://${registry}/`).hostname;
  } catch {
    return wrong('bad registry host');
  }
  return normal === found[1] ? registry : wrong(`write the registry host as '${normal}'`);
}

function parseLayout(text: string, wrong: (why: string) => never): LayoutReference {
  const at = text.lastIndexOf('@');
  if (at >= 0 && isDigest(text.slice(at + 1)))
    return { kind: 'layout', path: layoutPath(text.slice(0, at), wrong), digest: text.slice(at + 1) };
  if (at >= 0 && /^(?:sha|md)[0-9]+[:-]/i.test(text.slice(at + 1)))
    return wrong('the digest is not sha256 or sha512 in lower-case hex');
  const colon = text.lastIndexOf(':');
  const last = text.slice(colon + 1);
  if (colon < 0 || /[/\\]/.test(last)) return { kind: 'layout', path: layoutPath(text, wrong) };
  if (!isTag(last)) return wrong('bad tag');
  return { kind: 'layout', path: layoutPath(text.slice(0, colon), wrong), tag: last };
}

function layoutPath(path: string, wrong: (why: string) => never): string {
  if (path === '' || /[\u0000-\u001f\u007f]/.test(path)) return wrong('bad folder name');
  return path;
}

/** The text of a reference, in full: the inverse of {@link parseReference}. */
export function formatReference(reference: Reference): string {
  const name = reference.kind === 'layout' ? `oci:${reference.path}` : `${reference.registry}/${reference.repository}`;
  return `${name}${reference.tag === undefined ? '' : `:${reference.tag}`}${reference.digest === undefined ? '' : `@${reference.digest}`}`;
}
