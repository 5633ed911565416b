// A program that tracks no pages.
import { Feature, featureSet, judge } from "ballonet";

const offered = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);
console.log(judge({ silentDeflate: "never", offered, accepted: offered }).outcome);
