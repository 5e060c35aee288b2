/** Names of the options that every call takes. */
export const callOptions = ['signal', 'timeoutMs', 'logger'] as const;
