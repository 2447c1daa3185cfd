/** What the palette offers: types and the site's functions, by category, as a search finds them. */

import { _ } from "@/gettext";
import type { JsonObject, NodeType, WorkflowFunction } from "@/types/models";

import type { Recipe } from "./insert";

export interface Offer extends Recipe {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  /** A function: listed under the type that calls it. */
  readonly isFunction: boolean;
}

export interface Section {
  readonly category: string;
  /** Whether all of it can be steps and tools. */
  readonly stepsOrTools: boolean;
  readonly offers: readonly Offer[];
}

const ORDER = [_("Triggers"), _("Scheduler"), _("Agents"), _("Logic"), _("Actions")];

/** All that can be added, in the order of the palette: known categories first, then the site's. */
export function offersOf(
  types: readonly NodeType[],
  functions: readonly WorkflowFunction[],
  initial: (type: NodeType) => JsonObject,
): Offer[] {
  const rank = (type: NodeType) => {
    const place = ORDER.indexOf(type.category);
    return place < 0 ? ORDER.length : place;
  };
  return [...types]
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((type) => [typeOffer(type, initial), ...functionOffers(type, functions, initial)]);
}

function typeOffer(type: NodeType, initial: (type: NodeType) => JsonObject): Offer {
  const { type: key, label: name, description } = type;
  return { key, type, config: initial(type), label: "", name, description, isFunction: false };
}

function functionOffers(
  type: NodeType,
  functions: readonly WorkflowFunction[],
  initial: (type: NodeType) => JsonObject,
): Offer[] {
  const fields = Object.entries(type.config_schema.properties ?? {});
  const field = fields.find(([, part]) => part["x-widget"] === "function")?.[0];
  if (!field) return [];
  return functions.map(({ name, description }) => ({
    key: `${type.type} ${name}`,
    type,
    config: { ...initial(type), [field]: name },
    label: name,
    name,
    description,
    isFunction: true,
  }));
}

/** The offers that have every word of the query, those that have it in their name first. */
export function search(offers: readonly Offer[], query: string): Offer[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const inName = offers.filter((offer) => has(`${offer.name} ${offer.type.type}`));
  const elsewhere = offers.filter(
    (offer) =>
      !inName.includes(offer) &&
      has(`${offer.name} ${offer.type.category} ${offer.type.label} ${offer.description}`),
  );
  return words.length ? [...inName, ...elsewhere] : [...offers];
}

/** By category, in the order in which the categories first appear. */
export function sections(offers: readonly Offer[]): Section[] {
  const categories = [...new Set(offers.map((offer) => offer.type.category))];
  return categories.map((category) => {
    const own = offers.filter((offer) => offer.type.category === category);
    const stepsOrTools = own.length > 1 && own.every((offer) => offer.type.can_be_tool);
    return { category, stepsOrTools, offers: own };
  });
}

export interface Entry {
  readonly offer: Offer;
  /** The functions that are listed under it. */
  readonly functions: readonly Offer[];
}

/** Each type with its functions under it. A function whose type is not there stands by itself. */
export function entries(offers: readonly Offer[]): Entry[] {
  const types = new Set(offers.filter((offer) => !offer.isFunction).map((offer) => offer.type));
  return offers
    .filter((offer) => !offer.isFunction || !types.has(offer.type))
    .map((offer) => {
      const isOwn = (each: Offer) => each.isFunction && each.type === offer.type;
      return { offer, functions: offer.isFunction ? [] : offers.filter(isOwn) };
    });
}
