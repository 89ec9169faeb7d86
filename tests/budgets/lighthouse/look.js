// Looks at one page with Lighthouse, in a Chromium that is running, and prints two scores and what was found.
// Called as: node look.js <port of the debugger> <address> [<name of a cookie>=<its value>]
import lighthouse from 'lighthouse'
import puppeteer from 'puppeteer-core'

const [port, address, cookie] = process.argv.slice(2)
const browser = await puppeteer.connect({browserURL: `http://127.0.0.1:${port}`, defaultViewport: null})
// Somebody new each time: nothing is in the browser's store but the cookie that opens their form.
const somebody = await browser.createBrowserContext()
const page = await somebody.newPage()
if (cookie) {
    const [name, value] = cookie.split('=')
    await page.setCookie({name, value, url: address})
}
const result = await lighthouse(address, {
    logLevel: 'error',
    output: 'json',
    onlyCategories: ['accessibility', 'performance'],
    formFactor: 'mobile',
    // It would take the cookie away; there is nothing else to reset.
    disableStorageReset: true,
}, undefined, page)
await somebody.close()
await browser.disconnect()
const {categories, audits, finalDisplayedUrl, runtimeError} = result.lhr
const failed = categories.accessibility.auditRefs
    .filter(one => one.weight && audits[one.id].score !== null && audits[one.id].score < 1)
console.log(JSON.stringify({
    accessibility: Math.round(100 * categories.accessibility.score),
    performance: Math.round(100 * categories.performance.score),
    shown: finalDisplayedUrl,
    found: failed.map(one => one.id),
    largest_paint: Math.round(audits['largest-contentful-paint'].numericValue),
    error: runtimeError?.message || '',
}))
