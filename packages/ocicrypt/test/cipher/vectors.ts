import { base64Bytes, utf8Bytes } from '@securosys/core';

/** Made by skopeo 1.18.0 with ocicrypt 1.1.10 over throwaway keys (`ocicrypt.md`, appendix A: V0 and V1). */
export const plaintext = base64Bytes(
  'H4sIAAAAAAAAA+3WQQqAIBCFYY8yFygGnPQ8A9WqNmZQt08kItpbEu/fjJ8bXbhw5Ebn3kkbt2gKxSknkmfqOTvrrvW5771lQ1zqQvfWJWpIR75xVoVNug+BmPIjIAiCIAiCIAj6l77+byOEUC0dFImEAwASAAA=',
);
export const plainDigest = 'sha256:028df4209ec76c6fff3dc80f84cce80e8e33b8a1ad0b8515d2fda2ca492d5da8';
export const privateText =
  '{"symkey":"vjaHUKY1hzcFA2vhsi1T8Y4Ss2Wmr4kfcCDybNQyGKE=","digest":"sha256:028df4209ec76c6fff3dc80f84cce80e8e33b8a1ad0b8515d2fda2ca492d5da8","cipheroptions":{"nonce":"4OnyC5WaB2R5WV+FjkE5tA=="}}';
export const privateOptions = utf8Bytes(privateText);
export const ciphertext = base64Bytes(
  '1GJWsTwe5yeXcj7rlA0OL8y8Z8BrnrXN3PD6U6IzAOklRF6ffWH1QleyQ4zY71ct8ER35kjYAqnKNE02BWHvkZVU1K6swdi/AeIPEDp+QgZwfD1y+Tr/fMMdTM4RBPfOTiDKZDlI6Ec2Fgd4TldydZ7Yp/siWiQ=',
);
export const cipherDigest = 'sha256:dd6179b8367880ccd3cb1a2e7dac904c112422e35192164dd3aa6a8701de53d2';
export const publicOptions = base64Bytes(
  'eyJjaXBoZXIiOiJBRVNfMjU2X0NUUl9ITUFDX1NIQTI1NiIsImhtYWMiOiJwY3JNVE8rblhtSHkyeXFSbWZrdzl4clVZQWkxaitUT3NObkdBalczL2FvPSIsImNpcGhlcm9wdGlvbnMiOnt9fQ==',
);
