export { Feature, featureNames, featureSet, hasFeature } from "./features.ts";
export type { FeatureSet } from "./features.ts";
export { offeredByClass } from "./device-class.ts";
export type { ClassOptions, DeviceClass, DeviceRevision } from "./device-class.ts";
export { negotiate } from "./negotiate.ts";
export type { DriverPromise, Negotiation, Outcome } from "./negotiate.ts";
