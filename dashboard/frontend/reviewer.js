// keeps the reviewer's name in this browser, for the sessions after this one
export default function ({ data }) {
  const name = encodeURIComponent(data.name);
  const year = 60 * 60 * 24 * 365;
  document.cookie = `${data.cookie}=${name}; path=/; max-age=${name ? year : 0}; SameSite=Strict`;
}
