import { html } from 'hono/html'
import { z } from 'zod'

type Html = ReturnType<typeof html>

export const parcelView = z.object({
  id: z.string(),
  recipient: z.string(),
  contents: z.string(),
  createdAt: z.string(),
  notifiedAt: z.string().nullable(),
  photo: z.string().nullable(),
  scans: z.array(z.object({ place: z.string(), at: z.string() })),
})
type ParcelView = z.output<typeof parcelView>

const box = html`<svg
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="1.8"
  stroke-linejoin="round"
  aria-hidden="true"
>
  <path d="M12 2.5 21 7v10l-9 4.5L3 17V7z" />
  <path d="M3 7l9 4.5L21 7M12 11.5V21.5M7.5 4.75l9 4.5" />
</svg>`

const page = (title: string, main: Html, foot: Html | string = '') =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Parcels</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header><a href="/">${box} Parcels</a></header>
        <main>${main}</main>
        <footer>${foot}</footer>
      </body>
    </html>`

const time = (at: string) => html`<time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>`

const photoField = html`<label for="photo">Photo <span class="hint">optional, up to 5 MiB</span></label>
  <input id="photo" name="photo" type="file" accept="image/jpeg,image/png,image/gif,image/webp" />`

export const homePage = ({ photos, visits }: { photos: boolean; visits: number | undefined }) =>
  page(
    'Send and track',
    html`<h1>Send it. See where it is.</h1>
      <div class="cards">
        <section class="card" aria-labelledby="send">
          <h2 id="send">Send a parcel</h2>
          <form method="post" action="/parcels" enctype="multipart/form-data">
            <label for="recipient">Recipient <span class="hint">who gets mail about it</span></label>
            <input id="recipient" name="recipient" required maxlength="200" autocomplete="email" />
            <label for="contents">Contents</label>
            <textarea id="contents" name="contents" rows="3" required maxlength="500"></textarea>
            ${photos ? photoField : ''}
            <button>Send parcel</button>
          </form>
        </section>
        <section class="card" aria-labelledby="track">
          <h2 id="track">Track a parcel</h2>
          <form method="get" action="/track">
            <label for="id">Parcel number <span class="hint">P and 12 characters</span></label>
            <input id="id" name="id" required maxlength="20" autocapitalize="characters" spellcheck="false" />
            <button>Track parcel</button>
          </form>
        </section>
      </div>`,
    visits ? `This is your visit number ${visits}.` : '',
  )

export const parcelPage = (parcel: ParcelView) =>
  page(
    parcel.id,
    html`<h1>Parcel ${parcel.id}</h1>
      <div class="cards">
        <section class="card" aria-labelledby="about">
          <h2 id="about">About it</h2>
          <dl>
            <dt>Recipient</dt>
            <dd>${parcel.recipient}</dd>
            <dt>Contents</dt>
            <dd>${parcel.contents}</dd>
            <dt>Sent</dt>
            <dd>${time(parcel.createdAt)}</dd>
            <dt>Mail</dt>
            <dd>${parcel.notifiedAt ? time(parcel.notifiedAt) : 'on its way'}</dd>
          </dl>
          ${parcel.photo ? html`<p><img src="/parcels/${parcel.id}/photo" alt="Photo of parcel ${parcel.id}" /></p>` : ''}
        </section>
        <section class="card" aria-labelledby="seen">
          <h2 id="seen">Where it was seen</h2>
          ${
            parcel.scans.length > 0
              ? html`<ol>
                  ${parcel.scans.toReversed().map((scan) => html`<li>${scan.place}<br />${time(scan.at)}</li>`)}
                </ol>`
              : html`<p>Nowhere yet.</p>`
          }
          <form method="post" action="/parcels/${parcel.id}/scans">
            <label for="place">Scan it at</label>
            <input id="place" name="place" required maxlength="200" />
            <button>Add scan</button>
          </form>
        </section>
      </div>`,
  )

export const problemPage = (title: string, problem: string) =>
  page(
    title,
    html`<h1>${title}</h1>
      <p class="problem" role="alert">${problem}</p>
      <p><a href="/">Back to the start</a></p>`,
  )
