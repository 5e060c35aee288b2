/** The rules of this release team, for one registry and its two keys. */
export const signingPolicyText = (registry: string, release: string, builder: string): string => `version: 1
rules:
  - name: images of the shop
    when:
      formats: [notation-jws, cosign]
    require:
      repositories: ['${registry}/shop/*']
      tags: ['v*']
      keys: [{ label: release-2026, spkiSha256: ${release} }]

  - name: signatures that end
    when:
      formats: [notation-jws]
    require:
      maxValidity: 90d

  - name: what the builder says
    when:
      formats: [cosign-attestation]
    require:
      repositories: ['${registry}/shop/*']
      keys: [{ label: builder-2026, spkiSha256: ${builder} }]
`;
