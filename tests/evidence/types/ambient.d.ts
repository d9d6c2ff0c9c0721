// What `tsc` does not know of by itself. The states of screens are not typed: they begin empty, and become many things.

declare module "preact/hooks" {
  export function useState(begin?: any): [any, (next: any) => void];
  export function useRef(begin?: any): { current: any };
  export function useEffect(effect: () => void | (() => void), changed?: unknown[]): void;
  export function useLayoutEffect(effect: () => void | (() => void), changed?: unknown[]): void;
  export function useCallback<Called>(called: Called, changed: unknown[]): Called;
  export function useMemo<Made>(make: () => Made, changed: unknown[]): Made;
}

/** Of some browsers (Shape Detection API). */
declare var BarcodeDetector: {
  getSupportedFormats(): Promise<string[]>;
  new (options?: { formats: string[] }): { detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]> };
};
