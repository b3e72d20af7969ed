// What makes the pages handier. Without it they work, but for passkeys.
'use strict';

const find = (id) => document.getElementById(id);

// The code of a link stands behind its #: into the form with it, and out of the
// address, so that it does not stay in the history. The next page is the form to
// fill in, or says that the link does not work.
function takeCode() {
  const form = find('code-form');
  if (!form || location.hash.length < 2 || location.hash === '#main') return;
  find('code').value = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  form.hidden = true;
  form.requestSubmit();
}
// Who joins as somebody else takes the code along.
const another = find('another');
if (another && location.hash.length > 1) another.href += location.hash;

takeCode();
addEventListener('hashchange', takeCode); // another link, opened in the same tab

// What needs something that a browser may not have, or not at this address. A
// passkey is bound to a name, so an address of digits has none.
const has = {
  passkeys: Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON) && !/^[\d.]+$|:/.test(location.hostname),
  clipboard: Boolean(navigator.clipboard),
};
for (const part of document.querySelectorAll('[data-needs]')) part.hidden = !has[part.dataset.needs];
for (const part of document.querySelectorAll('[data-without]')) part.hidden = has[part.dataset.without];

// Times in the reader's own zone and manner.
for (const time of document.querySelectorAll('time')) {
  time.textContent = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

// A password can be looked at while it is typed.
for (const field of document.querySelectorAll('input[type=password]')) {
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.addEventListener('change', () => { field.type = box.checked ? 'text' : 'password'; });
  const label = document.createElement('label');
  label.className = 'show';
  label.append(box, 'Show it');
  field.after(label);
  field.form?.addEventListener('submit', () => { field.type = 'password'; });
}

find('copy')?.addEventListener('click', async () => {
  await navigator.clipboard.writeText(find('link').value);
  find('copied').textContent = 'Copied';
});

async function post(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error);
  return result;
}

// Runs what begins with a button and asks for a passkey. Whoever turns the
// browser's question down is not told that this did not work.
async function ceremony(button, run) {
  const told = find('passkey-error');
  told.hidden = button.disabled = true;
  try {
    await run();
    return;
  } catch (err) {
    if (err.name !== 'NotAllowedError') {
      told.textContent = err.name === 'InvalidStateError' ? 'This device already has a passkey of your account.' : err.message;
      told.hidden = false;
    }
  }
  button.disabled = false;
}

find('passkey-sign-in')?.addEventListener('click', (event) => ceremony(event.target, async () => {
  const { id, options } = await post('/sign-in/passkey/begin', {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options));
  const credential = await navigator.credentials.get({ publicKey });
  await post('/sign-in/passkey', { id, response: JSON.stringify(credential) });
  location.assign('/');
}));

find('passkey-add')?.addEventListener('submit', (event) => {
  event.preventDefault();
  ceremony(event.submitter, async () => {
    const { id, options } = await post('/account/passkey/begin', {});
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
    const credential = await navigator.credentials.create({ publicKey });
    await post('/account/passkey/add', { id, name: find('passkey-name').value, response: JSON.stringify(credential) });
    location.assign('/account?done=passkey');
  });
});
