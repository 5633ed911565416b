import { vi } from "vitest";

// What an engine without SIMD says of the module that has it.
vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
