import { vi } from "vitest";

// What an engine without SIMD answers about the module with SIMD.
vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
