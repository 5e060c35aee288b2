import type { SignedManifest, SigningRequestState } from '@securosys/sign';

/** Where a request stands, for callers: item by item. People are counted: what a TSB knows of them is their keys. */
export function stateView(id: string, { status, items }: SigningRequestState) {
  return {
    id,
    status,
    items: items.map(({ format, reference, tag, status: own, reason, parts }) => ({
      ...{ format, reference, tag, status: own, reason },
      approved: new Set(parts.flatMap(({ approvals }) => approvals?.approvedBy ?? [])).size,
    })),
  };
}

/** What was published. */
export const itemsView = (manifests: readonly SignedManifest[]) =>
  manifests.map(({ format, reference, signature }) => ({ format, reference, signature: signature.digest }));
