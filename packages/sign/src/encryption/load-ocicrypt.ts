/** The package behind image encryption, when somebody asks for it. */
export type OcicryptPackage = typeof import('@securosys/ocicrypt');

/** Loads the package for image encryption: it comes along with this one, and who only signs does not wait for it. */
export const loadOcicrypt = (): Promise<OcicryptPackage> => import('@securosys/ocicrypt');
