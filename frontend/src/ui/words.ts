/** Words in a sentence, which English alone writes by these rules. */

import { LANGUAGE } from "@/gettext";

const isEnglish = LANGUAGE === "en-GB";

/** "Time limit" within a sentence. */
export const within = (title: string): string => (isEnglish ? title.toLowerCase() : title);

/** "Cases" are made of "Case"; in other languages of "Cases". */
export const singular = (title: string): string =>
  isEnglish ? title.replace(/ies$/, "y").replace(/s$/, "") : title;
