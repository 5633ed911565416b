import { replaceMethod } from "../replace-method.ts";
import type { V86Cpu } from "../v86-like.ts";

/** Registers that v86 restores wrongly: it replaces the view with the saved array, which the processor does not see. */
const NAMES = ["last_result", "fpu_status_word", "mxcsr"] as const;

type Registers = Partial<Record<(typeof NAMES)[number], Int32Array | Uint16Array>>;

/** Makes v86 restore these registers in place. Returns a function that undoes this. */
export function restoreLostRegisters(cpu: V86Cpu): () => void {
  return replaceMethod(cpu, "set_state", (set) => (state) => {
    const registers = cpu as Registers;
    const views = NAMES.map((name) => registers[name]);
    set(state);
    NAMES.forEach((name, i) => {
      const [view, saved] = [views[i], registers[name]];
      if (view === undefined || saved === undefined || view === saved) return;
      view.set(saved);
      registers[name] = view;
    });
  });
}
