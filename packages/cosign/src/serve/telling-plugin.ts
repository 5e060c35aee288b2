import type { CosignKmsPlugin, CosignKmsProgress } from '@securosys/cosign';

/**
 * A plugin that tells whoever looks at cosign how things stand, as well as its own `onProgress`. Its methods run on the plugin itself, so
 * that one whose class has private fields is served like any other.
 */
export function tellingPlugin(plugin: CosignKmsPlugin, tell: (progress: CosignKmsProgress) => void): CosignKmsPlugin {
  const onProgress: NonNullable<CosignKmsPlugin['onProgress']> = async (progress, context) => {
    tell(progress);
    await plugin.onProgress?.(progress, context);
  };
  return new Proxy({} as CosignKmsPlugin, {
    get(_, name) {
      if (name === 'onProgress') return onProgress;
      const member: unknown = Reflect.get(plugin, name, plugin);
      return typeof member === 'function' ? member.bind(plugin) : member;
    },
  });
}
