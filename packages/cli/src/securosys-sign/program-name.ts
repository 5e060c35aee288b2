/** Name of the program; a TSB logs it. */
export const programName = 'securosys-sign';
