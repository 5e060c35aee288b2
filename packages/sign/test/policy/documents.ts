import type { SigningPolicyDocument } from '@securosys/sign/policy';

/** Public halves that nobody has the private ones of. */
export const publicKeys = [
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkizyns1Df/EXuhRr2PpX/ujLIiuU28L2J+/9gILq0R/UfkVyAmW7sfzWL4HpowPdFB6fFiUQHSHRRFGbGRWBVw==',
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFJSzkGaqs3vhDVvHTZysQ+lJujYlgRnPvRb7sj1TJJvBsvSaWMf7XiHZXP0xS3CL55+apRZWbShfIbvbyu2Vbw==',
].map((text) => `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----\n`);

/** Uses every member that there is. */
export const whole: SigningPolicyDocument = {
  version: 1,
  rules: [
    {
      name: 'production',
      when: {
        repositories: ['registry.example/prod/**', 'localhost/x', '**', 'oci:./images/*', '*.example:5000/a/*'],
        tags: ['v*', '1.4'],
        keys: [
          { spkiSha256: 'ab'.repeat(32), label: 'release' },
          { spkiSha256: 'cd'.repeat(32) },
          { label: 'x', labelAlone: true },
          { checkSha256: 'ef'.repeat(32), label: 'images' },
        ],
        formats: ['notation-jws', 'cosign', 'opaque', 'example.com/format'],
      },
      require: {
        repositories: ['registry.example/prod/*'],
        tags: [],
        keys: [],
        formats: ['notation-cose'],
        maxValidity: '90d',
        requireExpiry: true,
        annotations: { 'com.example.commit': true, 'com.example.branch': 'main' },
        times: [{ days: ['mon', 'sun'], from: '08:00', to: '24:00', timeZone: 'Europe/Zurich' }, { timeZone: 'UTC' }],
        attestations: [
          {
            predicateType: 'slsaprovenance1',
            builders: ['https://ci.example/builder'],
            keys: [publicKeys[0] as string],
            threshold: 1,
          },
          { predicateType: 'https://cyclonedx.org/bom' },
        ],
        notAlreadySigned: true,
        custom: ['change-ticket'],
      },
    },
    { name: 'everything', require: {} },
    { name: 'deployment', purposes: ['decrypt', 'derive'], require: { requireTrusted: true } },
  ],
};
