// What is said of a scan, in Chinese and English. What to type instead, the screen says.

const ZH = {
  allow: "请允许使用摄像头", again: "再扫一次", lamp: "照明", close: "关闭", picture: "摄像头画面",
  ended: {
    Insecure: "用摄像头扫码，须用 https 打开本页。",
    NotAllowedError: "没有得到使用摄像头的许可。请在浏览器里允许。",
    NotFoundError: "没有找到摄像头。",
    NotReadableError: "摄像头打不开，可能别的程序正在用。",
    NotLoaded: "扫码组件没有取到。请检查网络。",
    Unplugged: "摄像头断开了。",
    Late: "一分钟没有扫到，摄像头已关。",
    Hidden: "摄像头已关。",
  },
  failed: "摄像头打不开。",
};

const EN = {
  allow: "Please allow the camera", again: "Scan again", lamp: "Light", close: "Close", picture: "What the camera sees",
  ended: {
    Insecure: "To scan by camera, open this page by https.",
    NotAllowedError: "The camera is not allowed. Please allow it in the browser.",
    NotFoundError: "There is no camera.",
    NotReadableError: "The camera can't be opened: another program may be using it.",
    NotLoaded: "The scanner could not be loaded. Please check the network.",
    Unplugged: "The camera was disconnected.",
    Late: "Nothing was found in a minute: the camera is off.",
    Hidden: "The camera is off.",
  },
  failed: "The camera can't be opened.",
};

export const WORDS = { zh: ZH, en: EN };
