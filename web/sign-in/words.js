// What /sign-in says, in Chinese and English. What was refused comes from the server, in Chinese.

const ZH = {
  title: "登录", ended: "登录已结束，请重新登录。", erased: "账号已注销，您的资料已删除。",
  phone: "手机号", send: "获取验证码", code: (digits) => `${digits} 位验证码`, sentTo: (phone) => `验证码已发到 ${phone}，五分钟内有效。`,
  signIn: "登录", again: "重新获取", againIn: (seconds) => `${seconds} 秒后可重新获取`, otherPhone: "换一个手机号",
  byPhone: "手机验证码", byCode: "登录码", oneUse: "登录码", oneUseHint: "社区、店主或运维人员当面出示，12 位，十分钟内有效。",
  noTexts: "本区暂未开通短信：请到社区或找网格员，现场开一次性登录码。",
  scanning: {
    scan: "扫码", aim: "把登录码的二维码放在画面中间", other: "这不是登录码：请扫出示给您的登录码",
    instead: "也可以输入 12 位登录码。", lost: "扫码组件没有取到：请检查网络，或输入 12 位登录码",
  },
  notPhone: "请填写 11 位手机号", notCode: "登录码是 12 位字母和数字", notDigits: (digits) => `请填写 ${digits} 位数字`,
  already: (name) => `您已登录：${name}`, goOn: "进入", another: "退出，换人登录",
  joinTitle: "申请加入一户", joinAbout: "这个手机号还没有账号。填写姓名和户编号（或地址），由网格员或社区工作者确认。",
  name: "姓名", household: "户编号", address: "地址", orAddress: "没有户编号，填地址", orNumber: "有户编号", join: "提交申请",
  joined: "申请已提交，等网格员或社区工作者确认。", go: "知道了", needed: "请填写",
  factorTitle: "两步验证", factorAbout: "打开验证器应用，填写六位数字；手机不在身边，填一个恢复码。", factorCode: "验证码或恢复码", verify: "验证",
  enrolTitle: "设置两步验证", enrolAbout: "您的身份要求两步验证。在手机上打开验证器应用，扫下面的二维码，再填写它显示的六位数字。",
  qr: "验证器应用的二维码", openApp: "在本机的验证器应用里打开", secret: "密钥", sixDigits: "六位数字",
  recoveryTitle: "恢复码", recoveryAbout: "只显示这一次。每个可用一次，手机丢了时用来登录。请抄下来，放在安全的地方。", kept: "我已抄好",
  agree: "同意并继续", disagree: "不同意，退出", waiting: "请稍候…", retry: "再试一次",
};

const EN = {
  title: "Sign in", ended: "Your session has ended: please sign in again.",
  erased: "Your account is closed, and your data erased.",
  phone: "Mobile number", send: "Send me a code", code: (digits) => `Code of ${digits} digits`,
  sentTo: (phone) => `A code is on its way to ${phone}. It is good for five minutes.`,
  signIn: "Sign in", again: "Send another", againIn: (seconds) => `Another in ${seconds} s`,
  otherPhone: "Another number",
  byPhone: "By phone", byCode: "One-use code", oneUse: "One-use code",
  oneUseHint: "Shown to you by the community, a shop's owner or an operator: 12 characters, good for ten minutes.",
  noTexts: "This district sends no text messages: have the community or a grid worker show you a one-use code.",
  scanning: {
    scan: "Scan", aim: "Hold the code's QR code in the middle", other: "This is no one-use code: scan the one shown to you",
    instead: " Or type its 12 characters.", lost: "The scanner could not be loaded: check the network, or type the code",
  },
  notPhone: "A mobile number has 11 digits", notCode: "A one-use code has 12 letters and digits",
  notDigits: (digits) => `The code has ${digits} digits`,
  already: (name) => `You are signed in as ${name}`, goOn: "Go on", another: "Sign out, and in as somebody else",
  joinTitle: "Ask to belong to a household",
  joinAbout: "Nobody is known by this number yet. Give your name, and your household's number or address. It will be confirmed.",
  name: "Name", household: "Household number", address: "Address", orAddress: "No number: give the address",
  orNumber: "Give the number", join: "Ask",
  joined: "You have asked. A grid worker or community staff will confirm.", go: "OK", needed: "Please fill this in",
  factorTitle: "Second factor",
  factorAbout: "Open your authenticator app and type its six digits, or a recovery code.",
  factorCode: "Code or recovery code", verify: "Verify",
  enrolTitle: "Set up a second factor",
  enrolAbout: "Your role requires one. Scan this with an authenticator app, then type the six digits that it shows.",
  qr: "QR code for an authenticator app", openApp: "Open in this device's app", secret: "Secret", sixDigits: "Six digits",
  recoveryTitle: "Recovery codes",
  recoveryAbout: "Shown only this once. Each signs you in once when your phone is lost. Write them down.",
  kept: "I have written them down",
  agree: "Agree and go on", disagree: "Disagree, and leave", waiting: "One moment …", retry: "Try again",
};

export const WORDS = { zh: ZH, en: EN };
