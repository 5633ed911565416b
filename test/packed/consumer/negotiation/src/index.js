// A program that tracks no pages.
import { Feature, featureSet, negotiate } from "ballonet";

const offered = featureSet(Feature.VERSION_1, Feature.WILL_TELL_HOST);
console.log(negotiate({ silentDeflate: "never", offered, accepted: offered }).result);
