import { type Requirement, satisfied, unknown, unsatisfied } from '../requirement.js';
import { imageQuestion, whyUnknown } from './image-question.js';

const wanted = 'the key may sign an image once in each format';

/** The same key has made no other signature of the same image in the same format: what is signed again adds nothing. */
export const notAlreadySigned: Requirement<true> = {
  name: 'notAlreadySigned',
  asks: true,
  read: (place) => place.only(true),
  async judge(_, subject, world) {
    const { format, key, predicateType, signedAt, annotations, messageSha256 } = subject;
    if (format === undefined || !key?.spki)
      return unknown(`${wanted}; the ${format === undefined ? 'format' : 'public key'} is not known`);
    const asked = imageQuestion(subject, world);
    if (typeof asked === 'string') return unknown(`${wanted}; ${asked}`);
    try {
      const about = {
        format,
        spki: key.spki,
        ...(predicateType !== undefined && { predicateType }),
        ...(signedAt !== undefined && { signedAt }),
        ...(annotations && { annotations }),
        ...(messageSha256 !== undefined && { messageSha256 }),
      };
      return (await asked.registry.isSigned(asked.question, about))
        ? unsatisfied(`${wanted}, and has signed this one already: use that signature`)
        : satisfied;
    } catch (error) {
      return unknown(`${wanted}; ${whyUnknown(error, world)}`);
    }
  },
  explain: () => 'the key has made no other signature of the image in this format',
};
