export { Feature, featureNames, featureSet, hasFeature } from "./features.ts";
export type { FeatureSet } from "./features.ts";
export { offeredByClass } from "./device-class.ts";
export type { ClassOptions, DeviceClass, DeviceRevision } from "./device-class.ts";
export { judge } from "./judge.ts";
export type { DriverConduct, Negotiation, Verdict } from "./judge.ts";
