import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PostIdentity } from "../../src/domain/platform.ts";
import { parsePostUrl } from "../../src/domain/post-url.ts";
import { identifyInstagramPost, isInstagramShareLink } from "../../src/platforms/instagram-urls.ts";
import { identifyLinkedinPost, isLinkedinShareLink } from "../../src/platforms/linkedin-urls.ts";
import { identifyMetaPost, isMetaShareLink } from "../../src/platforms/meta-urls.ts";
import { identifyRedditPost, isRedditShareLink } from "../../src/platforms/reddit-urls.ts";
import { isAnyShareLink, isKnownShortener } from "../../src/platforms/share-links.ts";
import { identifyTiktokPost, isTiktokShareLink } from "../../src/platforms/tiktok-urls.ts";
import { x } from "../../src/platforms/x.ts";
import { youtube } from "../../src/platforms/youtube.ts";

const VIDEO = "dQw4w9WgXcQ";
const POST = "1346889436626259968";

// One line each: the address as pasted, and what it is.

const YOUTUBE = `
https://www.youtube.com/watch?v=${VIDEO} -> youtube:${VIDEO}
http://www.youtube.com/watch?v=${VIDEO} -> youtube:${VIDEO}
https://youtube.com/watch?v=${VIDEO} -> youtube:${VIDEO}
https://m.youtube.com/watch?v=${VIDEO} -> youtube:${VIDEO}
https://music.youtube.com/watch?v=${VIDEO}&list=RDAMVM${VIDEO} -> youtube:${VIDEO}
https://gaming.youtube.com/watch?v=${VIDEO} -> youtube:${VIDEO}
www.youtube.com/watch?v=${VIDEO} -> youtube:${VIDEO}
youtube.com/watch?v=${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com/watch?v=${VIDEO}&t=42s -> youtube:${VIDEO}
https://www.youtube.com/watch?list=PL0123456789&index=3&v=${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com/watch?app=desktop&v=${VIDEO}&feature=youtu.be -> youtube:${VIDEO}
https://www.youtube.com/watch?v=${VIDEO}&pp=ygUEcmljaw%3D%3D -> youtube:${VIDEO}
https://www.youtube.com/watch?v=${VIDEO}&utm_source=discord&ab_channel=Rick -> youtube:${VIDEO}
https://www.youtube.com/watch?v=${VIDEO}&v=AAAAAAAAAAA -> youtube:${VIDEO}
https://www.youtube.com/watch?v=${VIDEO}#t=10 -> youtube:${VIDEO}
https://www.youtube.com/watch/?v=${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com//watch?v=${VIDEO} -> youtube:${VIDEO}
HTTPS://WWW.YOUTUBE.COM/watch?v=${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com./watch?v=${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com:443/watch?v=${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com/watch?v=dQw4w9WgXc%51 -> youtube:${VIDEO}
https://www.youtube.com/%77atch?v=${VIDEO} -> youtube:${VIDEO}
https://you\u200Btube.com/watch?v=${VIDEO} -> youtube:${VIDEO}
https://youtube.com/watch?v=dQw4w9\u200BWgXcQ -> youtube:${VIDEO}
https://youtu.be/${VIDEO} -> youtube:${VIDEO}
https://youtu.be/${VIDEO}/ -> youtube:${VIDEO}
https://youtu.be/${VIDEO}?si=AbCdEf123456 -> youtube:${VIDEO}
https://youtu.be/${VIDEO}?t=42&list=PL0123456789 -> youtube:${VIDEO}
youtu.be/${VIDEO} -> youtube:${VIDEO}
http://youtu.be/${VIDEO} -> youtube:${VIDEO}
https://www.youtu.be/${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com/shorts/${VIDEO} -> youtube:${VIDEO}
https://youtube.com/shorts/${VIDEO}?feature=share -> youtube:${VIDEO}
https://m.youtube.com/shorts/${VIDEO}/ -> youtube:${VIDEO}
https://www.youtube.com/shorts/dQw4w9WgXc%51 -> youtube:${VIDEO}
https://www.youtube.com/live/${VIDEO}?si=x -> youtube:${VIDEO}
https://www.youtube.com/embed/${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com/embed/${VIDEO}?autoplay=1 -> youtube:${VIDEO}
https://www.youtube.com/v/${VIDEO}?version=3 -> youtube:${VIDEO}
https://www.youtube.com/e/${VIDEO} -> youtube:${VIDEO}
https://www.youtube-nocookie.com/embed/${VIDEO}?rel=0 -> youtube:${VIDEO}
https://youtube-nocookie.com/embed/${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com/attribution_link?a=abc&u=%2Fwatch%3Fv%3D${VIDEO}%26feature%3Dshare -> youtube:${VIDEO}
https://www.youtube.com/attribution_link?u=https%3A%2F%2Fwww.youtube.com%2Fshorts%2F${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com/watch?v=${VIDEO}x -> refused: an id of twelve characters
https://www.youtube.com/watch?v=dQw4w9WgXc -> refused: an id of ten
https://www.youtube.com/watch?v=dQw4w9WgXc! -> refused: a character ids do not have
https://www.youtube.com/watch?v=short&v=${VIDEO} -> refused: only the first v counts
https://www.youtube.com/watch -> refused: no v
https://www.youtube.com/watch?v= -> refused: an empty v
https://www.youtube.com/watch?V=${VIDEO} -> refused: not the parameter
https://www.youtube.com/watch#v=${VIDEO} -> refused: an id in the fragment
https://www.youtube.com/watch/extra?v=${VIDEO} -> refused: a path below watch
https://www.youtube.com/clip/UgkxAbCdEfGhIjKlMnOpQrStUvWxYz -> refused: a clip
https://www.youtube.com/post/UgkxAbCdEfG -> refused: a community post
https://www.youtube.com/playlist?list=PL0123456789 -> refused: a playlist
https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw -> refused: a channel
https://www.youtube.com/@rickastley -> refused: a handle
https://www.youtube.com/@rickastley/shorts -> refused: a channel's tab
https://www.youtube.com/c/rickastley -> refused: a custom channel address
https://www.youtube.com/user/dQw4w9WgXcQ -> refused: a user whose name has eleven characters
https://www.youtube.com/results?search_query=dQw4w9WgXcQ -> refused: a search
https://www.youtube.com/dQw4w9WgXcQ -> refused: an id that follows nothing
https://www.youtube.com/embed/videoseries?list=PL0123456789 -> refused: the player of a playlist
https://www.youtube.com/embed/live_stream?channel=UCuAXFkgsw1L7xaCfnd5JJOw -> refused: the player of a channel
https://www.youtube.com/shorts/${VIDEO}/extra -> refused: a path below a Short
https://www.youtube.com/shorts%2F${VIDEO} -> refused: an encoded slash
https://www.youtube-nocookie.com/watch?v=${VIDEO} -> refused: the embedding host has no watch page
https://youtu.be/a/${VIDEO} -> refused: a longer short link
https://youtu.be/ -> refused: a short link without an id
https://youtu.be/watch?v=${VIDEO} -> refused: a path the short host does not have
https://youtube.com.evil.test/watch?v=${VIDEO} -> refused: the host as a subdomain
https://evilyoutube.com/watch?v=${VIDEO} -> refused: the host as a suffix
https://youtube.com@evil.test/watch?v=${VIDEO} -> refused: the host as a user name
https://evil.test/watch?v=${VIDEO} -> refused: another host with the same path
https://evil.test/https://www.youtube.com/watch?v=${VIDEO} -> refused: the address inside another
https://evil.test/?u=https://youtu.be/${VIDEO} -> refused: the address as a parameter
https://y\u043Eutube.com/watch?v=${VIDEO} -> refused: a Cyrillic letter
https://www.youtube.co/watch?v=${VIDEO} -> refused: another top-level domain
https://youtube.com../watch?v=${VIDEO} -> refused: two trailing dots
https://www.youtube.com:8443/watch?v=${VIDEO} -> refused: another port
ftp://www.youtube.com/watch?v=${VIDEO} -> refused: another scheme
https://www.youtube.com\\watch?v=${VIDEO} -> refused: a backslash
https://www.youtube.com/attribution_link?u=https%3A%2F%2Fevil.test%2Fwatch%3Fv%3D${VIDEO} -> refused: leads elsewhere
https://www.youtube.com/attribution_link?u=%2F%2Fevil.test%2Fwatch%3Fv%3D${VIDEO} -> refused: leads elsewhere, no scheme
https://www.youtube.com/attribution_link?u=%2Fattribution_link%3Fu%3D%252Fwatch -> refused: leads to itself
https://www.youtube.com/attribution_link -> refused: leads nowhere
https://kids.youtube.com/watch?v=${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com/oembed?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3D${VIDEO}&format=json -> youtube:${VIDEO}
https://www.youtube.com/oembed?url=https%3A%2F%2Fyoutu.be%2F${VIDEO} -> youtube:${VIDEO}
https://www.youtube.com/oembed?url=https%3A%2F%2Fevil.test%2Fwatch%3Fv%3D${VIDEO} -> refused: leads elsewhere
https://www.youtube.com/redirect?q=https%3A%2F%2Fx.com%2Fjack%2Fstatus%2F${POST} -> x:${POST}
https://www.youtube.com/redirect?q=https%3A%2F%2Fevil.test%2F${VIDEO} -> refused: leads elsewhere
https://l.facebook.com/l.php?u=https%3A%2F%2Fyoutu.be%2F${VIDEO}&h=AT0x -> youtube:${VIDEO}
`;

const X = `
https://x.com/jack/status/${POST} -> x:${POST}
http://x.com/jack/status/${POST} -> x:${POST}
x.com/jack/status/${POST} -> x:${POST}
https://www.x.com/jack/status/${POST} -> x:${POST}
https://mobile.x.com/jack/status/${POST} -> x:${POST}
https://m.x.com/jack/status/${POST} -> x:${POST}
https://twitter.com/jack/status/${POST} -> x:${POST}
https://www.twitter.com/jack/status/${POST} -> x:${POST}
https://mobile.twitter.com/jack/status/${POST}?s=20 -> x:${POST}
https://m.twitter.com/jack/status/${POST} -> x:${POST}
https://twitter.com/jack/statuses/${POST} -> x:${POST}
https://twitter.com/statuses/${POST} -> x:${POST}
https://x.com/i/status/${POST} -> x:${POST}
https://x.com/i/web/status/${POST} -> x:${POST}
https://twitter.com/i/web/status/${POST} -> x:${POST}
https://x.com/jack/status/${POST}/ -> x:${POST}
https://x.com/jack/status/${POST}/photo/1 -> x:${POST}
https://x.com/jack/status/${POST}/photo/4/ -> x:${POST}
https://x.com/jack/status/${POST}/video/1 -> x:${POST}
https://x.com/jack/status/${POST}/analytics -> x:${POST}
https://x.com/jack/status/${POST}/quotes -> x:${POST}
https://x.com/jack/status/${POST}?s=46&t=AbCdEf -> x:${POST}
https://twitter.com/jack/status/${POST}?ref_src=twsrc%5Etfw -> x:${POST}
https://x.com/jack/status/${POST}#m -> x:${POST}
https://X.COM/Jack_123/status/${POST} -> x:${POST}
https://x.com./jack/status/${POST} -> x:${POST}
https://x.com:443/jack/status/${POST} -> x:${POST}
https://x.com//jack//status/${POST} -> x:${POST}
https://x.com/jack/status/%31346889436626259968 -> x:${POST}
twitter.com/jack/status/${POST} -> x:${POST}
\u200Bhttps://x.com/jack/status/${POST} -> x:${POST}
https://x.com/jack -> refused: a profile
https://x.com/jack/status/ -> refused: no id
https://x.com/jack/status/abc -> refused: letters for an id
https://x.com/jack/status/0 -> refused: zero
https://x.com/jack/status/0${POST} -> refused: a leading zero would be a second identity
https://x.com/jack/status/${POST}0 -> refused: twenty digits
https://x.com/jack/status/${POST}. -> refused: a full stop from the sentence around it
https://x.com/jack/status/-${POST} -> refused: a negative number
https://x.com/jack/status/\u0661\u0662\u0663 -> refused: digits of another script
https://x.com/jack/status/${POST}/photo/0 -> refused: photos count from one
https://x.com/jack/status/${POST}/photo/1/2 -> refused: below a photo
https://x.com/jack/status/${POST}/garbage -> refused: a page a post does not have
https://x.com/a/b/status/${POST} -> refused: two authors
https://x.com/status/${POST} -> refused: no author
https://x.com/ja-ck/status/${POST} -> refused: a name no author can have
https://x.com/jack/lists/${POST} -> refused: a list
https://x.com/i/spaces/${POST} -> refused: a space
https://x.com/i/events/${POST} -> refused: an event
https://x.com/search?q=/jack/status/${POST} -> refused: a search
https://x.com/#!/jack/status/${POST} -> refused: an id in the fragment
https://x.com.evil.test/jack/status/${POST} -> refused: the host as a subdomain
https://netflix.com/jack/status/${POST} -> refused: a host that ends like it
https://x.com@evil.test/jack/status/${POST} -> refused: the host as a user name
https://fxtwitter.com/jack/status/${POST} -> refused: a mirror
https://api.x.com/jack/status/${POST} -> refused: another host of the platform
https://twitter.com/safety/unsafe_link_warning?unsafe_link=https%3A%2F%2Fx.com%2Fa%2Fstatus%2F${POST} -> x:${POST}
https://x.com/i/flow/login?redirect_after_login=%2Fjack%2Fstatus%2F${POST} -> x:${POST}
https://x.com/i/flow/login?redirect_after_login=%2Fjack -> refused: a profile behind the page to sign in
https://x.com/i/flow/login -> refused: the page to sign in alone
https://vxtwitter.com/jack/status/${POST} -> refused: a mirror
https://fixupx.com/jack/status/${POST} -> refused: a mirror
https://nitter.net/jack/status/${POST} -> refused: a mirror
https://mobile.twitter.com/i/status/${POST} -> x:${POST}
`;

const REDDIT = `
https://www.reddit.com/r/MMA/comments/1skjxta/a_title_of_a_post/ -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/ -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta -> reddit:1skjxta
https://reddit.com/r/MMA/comments/1skjxta/a_title/ -> reddit:1skjxta
http://reddit.com/r/MMA/comments/1skjxta/a_title/ -> reddit:1skjxta
reddit.com/r/MMA/comments/1skjxta -> reddit:1skjxta
https://old.reddit.com/r/MMA/comments/1skjxta/a_title/ -> reddit:1skjxta
https://new.reddit.com/r/MMA/comments/1skjxta/a_title/ -> reddit:1skjxta
https://np.reddit.com/r/MMA/comments/1skjxta/a_title/ -> reddit:1skjxta
https://m.reddit.com/r/MMA/comments/1skjxta/a_title/ -> reddit:1skjxta
https://sh.reddit.com/r/MMA/comments/1skjxta/a_title/ -> reddit:1skjxta
https://amp.reddit.com/r/MMA/comments/1skjxta/a_title/ -> reddit:1skjxta
https://i.reddit.com/r/MMA/comments/1skjxta/a_title/ -> reddit:1skjxta
https://de.reddit.com/r/MMA/comments/1skjxta/ein_titel/ -> reddit:1skjxta
https://embed.reddit.com/r/MMA/comments/1skjxta/a_title/?embed=true -> reddit:1skjxta
https://www.redditmedia.com/r/MMA/comments/1skjxta/a_title/?ref_source=embed&ref=share -> reddit:1skjxta
https://www.reddit.com/comments/1skjxta -> reddit:1skjxta
https://www.reddit.com/comments/1skjxta/ -> reddit:1skjxta
https://www.reddit.com/comments/1skjxta/a_title/ -> reddit:1skjxta
https://www.reddit.com/comments/1SKJXTA/ -> reddit:1skjxta
https://www.reddit.com/user/spez/comments/1skjxta/a_title/ -> reddit:1skjxta
https://www.reddit.com/u/spez/comments/1skjxta/a_title/ -> reddit:1skjxta
https://www.reddit.com/r/u_spez/comments/1skjxta/a_title/ -> reddit:1skjxta
https://www.reddit.com/r/reddit.com/comments/87/a_title/ -> reddit:87
https://www.reddit.com/gallery/1skjxta -> reddit:1skjxta
https://www.reddit.com/gallery/1skjxta/ -> reddit:1skjxta
https://redd.it/1skjxta -> reddit:1skjxta
https://redd.it/1skjxta/ -> reddit:1skjxta
https://www.redd.it/1skjxta -> reddit:1skjxta
redd.it/1skjxta -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/a_title/oh1abcd/ -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/a_title/oh1abcd/?context=3 -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/comment/oh1abcd/ -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/_/oh1abcd/ -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/a_title/.json -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/t%C3%ADtulo/ -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/a_title/?share_id=x&utm_name=ioscss&utm_source=share&rdt=4 -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/a_title/?%24deep_link=true&correlation_id=4 -> reddit:1skjxta
https://www.reddit.com/r/MMA/comments/1skjxta/a_title/?tl=fr#comments -> reddit:1skjxta
https://WWW.REDDIT.COM/r/MMA/comments/1skjxta/ -> reddit:1skjxta
https://www.reddit.com./r/MMA/comments/1skjxta/ -> reddit:1skjxta
https://www.reddit.com//r/MMA//comments/1skjxta -> reddit:1skjxta
https://www.reddit.com/login/?dest=https%3A%2F%2Fwww.reddit.com%2Fr%2FMMA%2Fcomments%2F1skjxta%2Fa_title%2F -> reddit:1skjxta
https://www.reddit.com/r/redditdev/s/AbCdEf1234 -> share link
https://www.reddit.com/r/redditdev/s/AbCdEf1234/ -> share link
https://www.reddit.com/r/redditdev/s/AbCdEf1234?utm_source=share -> share link
https://reddit.com/r/redditdev/s/AbCdEf1234 -> share link
reddit.com/r/redditdev/s/AbCdEf1234 -> share link
https://old.reddit.com/r/redditdev/s/AbCdEf1234 -> share link
https://www.reddit.com/u/spez/s/AbCdEf1234 -> share link
https://www.reddit.com/user/spez/s/AbCdEf1234 -> share link
https://www.reddit.com/ -> refused: the home page
https://www.reddit.com/r/MMA/ -> refused: a community
https://www.reddit.com/r/MMA/comments/ -> refused: a community's comments
https://www.reddit.com/r/MMA/comments -> refused: no id
https://www.reddit.com/user/spez/ -> refused: a person
https://www.reddit.com/user/spez/comments/ -> refused: a person's comments
https://www.reddit.com/r/MMA/wiki/1skjxta -> refused: a wiki page
https://www.reddit.com/live/1skjxta -> refused: a live thread
https://www.reddit.com/video/1skjxta -> refused: the id of a file
https://www.reddit.com/r/MMA/1skjxta -> refused: an id that follows nothing
https://www.reddit.com/comments/01skjxta -> refused: a leading zero would be a second identity
https://www.reddit.com/comments/1skjxta1skjxta -> refused: fourteen characters
https://www.reddit.com/comments/1skj-xta -> refused: a character ids do not have
https://www.reddit.com/comments/t3_1skjxta -> refused: the API's name of the post
https://www.reddit.com/comments/1skjxta/a/b/c/d -> refused: below a comment
https://www.reddit.com/gallery/1skjxta/2 -> refused: below a gallery
https://www.reddit.com/r%2FMMA/comments/1skjxta -> refused: an encoded slash
https://www.reddit.com/r/M MA/comments/1skjxta -> refused: a space
https://www.reddit.com/r/redditdev/s/ -> refused: a share link without a token
https://www.reddit.com/r/redditdev/s/AbCdEf1234/more -> refused: below a share link
https://www.reddit.com/s/AbCdEf1234 -> refused: a share link of nobody
https://redd.it/ -> refused: a short link without an id
https://redd.it/r/MMA -> refused: a longer short link
https://v.redd.it/1skjxtaabcdef -> refused: a video file
https://i.redd.it/1skjxtaabcdef.jpg -> refused: an image file
https://preview.redd.it/1skjxtaabcdef.jpg -> refused: an image file
https://evilreddit.com/r/MMA/comments/1skjxta/ -> refused: the host as a suffix
https://reddit.com.evil.test/r/MMA/comments/1skjxta/ -> refused: the host as a subdomain
https://evil-redd.it/1skjxta -> refused: the short host as a suffix
https://www.reddit.com@evil.test/r/MMA/comments/1skjxta/ -> refused: the host as a user name
https://r\u0435ddit.com/r/MMA/comments/1skjxta/ -> refused: a Cyrillic letter
https://xn--rddit-3of.com/r/MMA/comments/1skjxta/ -> refused: the same, encoded
https://www.reddit.com.:8443/r/MMA/comments/1skjxta/ -> refused: another port
https://evil.test/r/redditdev/s/AbCdEf1234 -> refused: a share link of another host
https://evilreddit.com/r/redditdev/s/AbCdEf1234 -> refused: a share link of a look-alike
https://anything.reddit.com/r/redditdev/s/AbCdEf1234 -> refused: a share link of a host that is not asked
https://reddit.app.link/AbCdEf1234 -> refused: a short link that is not asked
https://www.reddit.com/login/?dest=https%3A%2F%2Fevil.test%2Fcomments%2F1skjxta -> refused: leads elsewhere
`;

const INSTAGRAM = `
https://www.instagram.com/p/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagram.com/p/DAbCdEf_-12 -> instagram:DAbCdEf_-12
https://instagram.com/p/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
http://instagram.com/p/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://m.instagram.com/p/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
instagram.com/p/DAbCdEf_-12 -> instagram:DAbCdEf_-12
https://www.instagram.com/reel/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagram.com/reels/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagram.com/tv/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagram.com/nasa/p/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagram.com/na.sa_1/reel/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagram.com/nasa/reels/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagram.com/nasa/tv/DAbCdEf_-12 -> instagram:DAbCdEf_-12
https://www.instagram.com/p/DAbCdEf_-12/embed/ -> instagram:DAbCdEf_-12
https://www.instagram.com/reel/DAbCdEf_-12/embed/captioned/?cr=1&v=14 -> instagram:DAbCdEf_-12
https://www.instagram.com/p/DAbCdEf_-12/media/?size=l -> instagram:DAbCdEf_-12
https://www.instagram.com/p/DAbCdEf_-12/comments/ -> instagram:DAbCdEf_-12
https://www.instagram.com/p/DAbCdEf_-12/c/18012345678901234/ -> instagram:DAbCdEf_-12
https://www.instagram.com/p/DAbCdEf_-12/c/18012345678901234/r/17987654321098765/ -> instagram:DAbCdEf_-12
https://www.instagram.com/p/DAbCdEf_-12/liked_by/ -> instagram:DAbCdEf_-12
https://www.instagram.com/p/DAbCdEf_-12/?img_index=2&igsh=MzRlODBiNWFlZA== -> instagram:DAbCdEf_-12
https://www.instagram.com/reel/DAbCdEf_-12/?igshid=x&utm_source=ig_web_copy_link&hl=de -> instagram:DAbCdEf_-12
https://www.instagram.com/p/DAbCdEf_-12/#advertiser -> instagram:DAbCdEf_-12
https://instagr.am/p/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagr.am/p/DAbCdEf_-12 -> instagram:DAbCdEf_-12
https://INSTAGRAM.com/p/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagram.com./p/DAbCdEf_-12/ -> instagram:DAbCdEf_-12
https://www.instagram.com/p/B1234/ -> instagram:B1234
https://www.instagram.com/p/DAbCdEf_-12abcdefghijklmnopqrstuvwxyz12/ -> instagram:DAbCdEf_-12
https://www.instagram.com/accounts/login/?next=%2Fp%2FDAbCdEf_-12%2F -> instagram:DAbCdEf_-12
https://l.instagram.com/?u=https%3A%2F%2Fwww.instagram.com%2Freel%2FDAbCdEf_-12%2F&e=AT0x -> instagram:DAbCdEf_-12
https://www.instagram.com/share/reel/BAbCdEfGhI -> share link
https://www.instagram.com/share/p/_AbCdEfGhI/ -> share link
https://instagram.com/share/BAbCdEfGhI?igsh=x -> share link
https://www.instagram.com/ -> refused: the home page
https://www.instagram.com/nasa/ -> refused: a profile
https://www.instagram.com/nasa/reels/ -> refused: a profile's tab
https://www.instagram.com/reels/ -> refused: everybody's reels
https://www.instagram.com/reels/audio/271328201351336/ -> refused: a sound
https://www.instagram.com/reels/audio/ -> refused: the sounds
https://www.instagram.com/stories/nasa/3456789012345678901/ -> refused: a story
https://www.instagram.com/stories/highlights/17912345678901234/ -> refused: a highlight
https://www.instagram.com/explore/tags/nasa/ -> refused: a tag
https://www.instagram.com/explore/p/DAbCdEf_-12/ -> refused: no user's name
https://www.instagram.com/p/ -> refused: no code
https://www.instagram.com/p/DAbC/ -> refused: four characters
https://www.instagram.com/p/DAbCdEf_-12!/ -> refused: a character codes do not have
https://www.instagram.com/p/DAbCdEf_-12abcdefghijklmnopqrst/ -> refused: too long and too short for a private post
https://www.instagram.com/p/DAbCdEf_-12/evil/ -> refused: a page a post does not have
https://www.instagram.com/p/DAbCdEf_-12/c/x/ -> refused: no comment
https://www.instagram.com/na%2Fsa/p/DAbCdEf_-12/ -> refused: an encoded slash
https://www.instagram.com/a/b/p/DAbCdEf_-12/ -> refused: two users
https://www.instagram.com/DAbCdEf_-12/ -> refused: a code that follows nothing
https://www.instagram.com/share/ -> refused: a share link without a token
https://www.instagram.com/share/reel/ -> refused: the same, of a reel
https://www.instagram.com/share/reel/BAbCdEfGhI/more -> refused: below a share link
https://instagr.am/share/BAbCdEfGhI -> refused: not a path of the short host
https://l.instagram.com/?u=https%3A%2F%2Fevil.test%2Fp%2FDAbCdEf_-12 -> refused: leads elsewhere
https://l.instagram.com/?e=AT0x -> refused: leads nowhere
https://ddinstagram.com/p/DAbCdEf_-12/ -> refused: a mirror
https://instagram.com.evil.test/p/DAbCdEf_-12/ -> refused: the host as a subdomain
https://help.instagram.com/p/DAbCdEf_-12/ -> refused: another host of the platform
`;

const META = `
https://www.facebook.com/nasa/posts/1234567890123456 -> meta:1234567890123456
https://www.facebook.com/nasa/posts/1234567890123456/ -> meta:1234567890123456
https://www.facebook.com/nasa/posts/our-new-launch/1234567890123456/ -> meta:1234567890123456
https://www.facebook.com/nasa/posts/%C3%BCber-uns/1234567890123456/ -> meta:1234567890123456
https://www.facebook.com/nasa/posts/pfbid02wxorhX2ErLFJ578N6P3crHD3l -> meta:pfbid02wxorhX2ErLFJ578N6P3crHD3l
https://www.facebook.com/nasa/posts/a-title/pfbid02wxorhX2ErLFJ578N6P3crHD3l -> meta:pfbid02wxorhX2ErLFJ578N6P3crHD3l
https://www.facebook.com/100064500000001/posts/1234567890123456/?app=fbl -> meta:1234567890123456
https://www.facebook.com/nasa/posts/100064500000001_1234567890123456 -> meta:1234567890123456
https://www.facebook.com/100064500000001_1234567890123456 -> meta:1234567890123456
https://www.facebook.com/1234567890123456 -> meta:1234567890123456
https://www.facebook.com/pfbid02wxorhX2ErLFJ578N6P3crHD3l -> meta:pfbid02wxorhX2ErLFJ578N6P3crHD3l
https://facebook.com/nasa/posts/1234567890123456 -> meta:1234567890123456
http://www.facebook.com/nasa/posts/1234567890123456 -> meta:1234567890123456
facebook.com/nasa/posts/1234567890123456 -> meta:1234567890123456
https://m.facebook.com/nasa/posts/1234567890123456 -> meta:1234567890123456
https://web.facebook.com/nasa/posts/1234567890123456?_rdc=1&_rdr -> meta:1234567890123456
https://mbasic.facebook.com/nasa/posts/1234567890123456 -> meta:1234567890123456
https://de-de.facebook.com/nasa/posts/1234567890123456 -> meta:1234567890123456
https://zh-hk.facebook.com/peoplespower/videos/1135894589806027/ -> meta:1135894589806027
https://es-la.facebook.com/nasa/photos/1234567890123456 -> meta:1234567890123456
https://fb.com/nasa/posts/1234567890123456 -> meta:1234567890123456
https://www.facebook.com./nasa/posts/1234567890123456 -> meta:1234567890123456
https://www.facebook.com/nasa/videos/3676516585958356/ -> meta:3676516585958356
https://www.facebook.com/nasa/videos/a-launch/3676516585958356/ -> meta:3676516585958356
https://www.facebook.com/ChristyClark/videos/vb.22819070941/10153870694020942/?type=2&theater -> meta:10153870694020942
https://www.facebook.com/nasa/photos/1234567890123456/ -> meta:1234567890123456
https://www.facebook.com/nasa/photos/a.123456789/1234567890123456/?type=3 -> meta:1234567890123456
https://www.facebook.com/nasa/photos/pcb.123456789/1234567890123456 -> meta:1234567890123456
https://www.facebook.com/reel/1234567890123456 -> meta:1234567890123456
https://www.facebook.com/reel/1234567890123456/?mibextid=xyz&rdid=abc -> meta:1234567890123456
https://www.facebook.com/reels/1234567890123456 -> meta:1234567890123456
https://www.facebook.com/watch/?v=647537299265662 -> meta:647537299265662
https://www.facebook.com/watch?v=647537299265662&ref=sharing -> meta:647537299265662
https://www.facebook.com/watch/?ref=saved&v=647537299265662 -> meta:647537299265662
https://www.facebook.com/watch/live/?v=1823658634322275 -> meta:1823658634322275
https://www.facebook.com/video.php?v=274175099429670 -> meta:274175099429670
https://www.facebook.com/video/video.php?v=274175099429670 -> meta:274175099429670
https://www.facebook.com/video/embed?video_id=274175099429670 -> meta:274175099429670
https://www.facebook.com/photo.php?fbid=10150000000000001&set=a.1.2.3&type=1 -> meta:10150000000000001
https://www.facebook.com/photo/?fbid=10150000000000001&set=pcb.1 -> meta:10150000000000001
https://www.facebook.com/photo?fbid=10150000000000001 -> meta:10150000000000001
https://www.facebook.com/permalink.php?story_fbid=1234567890123456&id=100064500000001 -> meta:1234567890123456
https://www.facebook.com/permalink.php?id=1&story_fbid=pfbid02wxorhX2ErLFJ578N6P3crHD3l -> meta:pfbid02wxorhX2ErLFJ578N6P3crHD3l
https://m.facebook.com/story.php?story_fbid=1035862816472149&id=116132035111903 -> meta:1035862816472149
https://www.facebook.com/story.php/?story_fbid=1035862816472149&id=1 -> meta:1035862816472149
https://www.facebook.com/groups/1024490957622648/permalink/1396382447100162/ -> meta:1396382447100162
https://www.facebook.com/groups/ateistisk/posts/10154930137678856/ -> meta:10154930137678856
https://www.facebook.com/nasa/posts/1234567890123456?comment_id=99&__cft__[0]=AZ&__tn__=R&fbclid=x -> meta:1234567890123456
https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fnasa%2Fposts%2F12345678901 -> meta:12345678901
https://www.facebook.com/plugins/video.php?height=314&href=https%3A%2F%2Fwww.facebook.com%2Freel%2F12345678901%2F -> meta:12345678901
https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.facebook.com%2Freel%2F12345678901&h=AT0x -> meta:12345678901
https://lm.facebook.com/l.php?u=https%3A%2F%2Fm.facebook.com%2Freel%2F12345678901 -> meta:12345678901
https://www.facebook.com/flx/warn/?u=https%3A%2F%2Fwww.facebook.com%2Freel%2F12345678901 -> meta:12345678901
https://l.facebook.com/l.php?u=https%3A%2F%2Fredd.it%2F1skjxta -> reddit:1skjxta
https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Freel%2F12345678901%2F -> meta:12345678901
https://m.facebook.com/login.php?next=https%3A%2F%2Fm.facebook.com%2Fstory.php%3Fstory_fbid%3D12345678901%26id%3D1 -> meta:12345678901
https://l.facebook.com/l.php?u=https%3A%2F%2Ffacebook.com%2Flogin%2F%3Fnext%3D%252Freel%252F12345678901 -> meta:12345678901
https://www.facebook.com/share/p/19ZPWnwB73/ -> share link
https://www.facebook.com/share/p/19ZPWnwB73/?mibextid=wwXIfr -> share link
https://www.facebook.com/share/v/19ZPWnwB73/ -> share link
https://www.facebook.com/share/r/19ZPWnwB73 -> share link
https://www.facebook.com/share/19ZPWnwB73/ -> share link
https://m.facebook.com/share/p/19ZPWnwB73/ -> share link
https://fb.watch/aBcD-eF_12/ -> share link
https://fb.watch/v/aBcDeF12/ -> share link
fb.watch/aBcDeF12 -> share link
https://fb.me/aBcDeF12 -> share link
https://fb.me/p/aBcDeF12 -> share link
https://www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com%2Fshare%2Fp%2F19ZPWnwB73%2F -> share link
https://www.facebook.com/ -> refused: the home page
https://www.facebook.com/nasa -> refused: a page
https://www.facebook.com/nasa/ -> refused: a page
https://www.facebook.com/nasa/posts -> refused: a page's posts
https://www.facebook.com/nasa/posts/ -> refused: a page's posts
https://www.facebook.com/nasa/videos/ -> refused: a page's videos
https://www.facebook.com/profile.php?id=100064500000001 -> refused: a profile
https://www.facebook.com/people/Jane-Doe/100064500000001/ -> refused: a profile
https://www.facebook.com/groups/1024490957622648/ -> refused: a group
https://www.facebook.com/groups/1024490957622648/user/100064500000001/ -> refused: a member
https://www.facebook.com/events/1234567890123456/ -> refused: an event
https://www.facebook.com/ads/library/?id=1234567890123456 -> refused: an ad's archive
https://www.facebook.com/stories/1234567890123456/UzpfSVNDOjE=/ -> refused: a story
https://www.facebook.com/media/set/?set=a.1234567890123456 -> refused: an album
https://www.facebook.com/watch/ -> refused: no v
https://www.facebook.com/watch/?v= -> refused: an empty v
https://www.facebook.com/watch/?V=647537299265662 -> refused: not the parameter
https://www.facebook.com/permalink.php?id=100064500000001 -> refused: no post
https://www.facebook.com/nasa/posts/0123456789012345 -> refused: a leading zero would be a second identity
https://www.facebook.com/nasa/posts/123456789012345678901 -> refused: twenty-one digits
https://www.facebook.com/nasa/posts/pfbid -> refused: nothing opaque
https://www.facebook.com/nasa/posts/pfbid02wx-orhX2 -> refused: a character it does not have
https://www.facebook.com/nasa/posts/a-title -> refused: a title alone
https://www.facebook.com/nasa/posts/a/b/1234567890123456 -> refused: two titles
https://www.facebook.com/constructor -> refused: a word of the language
https://www.facebook.com/__proto__ -> refused: another one
https://www.facebook.com/hashtag/launch -> refused: a tag
https://www.facebook.com/share/p/ -> refused: a share link without a token
https://www.facebook.com/share/p/19ZPWnwB73/more -> refused: below a share link
https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fevil.test%2F -> refused: the page to share something
https://fb.watch/ -> refused: a short link without a token
https://fb.watch/a/b/aBcDeF12 -> refused: a longer short link
https://l.facebook.com/l.php?u=https%3A%2F%2Fevil.test%2Freel%2F12345678901 -> refused: leads elsewhere
https://l.facebook.com/l.php?u=javascript%3Aalert(1) -> refused: leads to a script
https://l.facebook.com/l.php?u=https%3A%2F%2Ffacebook.com%40evil.test%2Freel%2F12345678901 -> refused: a user name inside
https://l.facebook.com/l.php?h=AT0x -> refused: leads nowhere
https://www.facebook.com/login/ -> refused: the page to sign in
https://facebook.com.evil.test/reel/1234567890123456 -> refused: the host as a subdomain
https://evilfacebook.com/reel/1234567890123456 -> refused: the host as a suffix
https://developers.facebook.com/nasa/posts/1234567890123456 -> refused: another host of the platform
https://fb.watch.evil.test/aBcDeF12 -> refused: the short host as a subdomain
https://evil.test/share/p/19ZPWnwB73/ -> refused: a share link of another host
`;

const TIKTOK = `
https://www.tiktok.com/@scout2015/video/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/@scout2015/video/6718335390845095173/ -> tiktok:6718335390845095173
https://tiktok.com/@scout2015/video/6718335390845095173 -> tiktok:6718335390845095173
http://www.tiktok.com/@scout2015/video/6718335390845095173 -> tiktok:6718335390845095173
https://m.tiktok.com/@scout2015/video/6718335390845095173 -> tiktok:6718335390845095173
tiktok.com/@scout2015/video/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/@scout.2015_x/video/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/@somebody.else/video/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/@/video/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/%40scout2015/video/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/@scout2015/photo/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/@scout2015/video/6718335390845095173?is_from_webapp=1&sender_device=pc -> tiktok:6718335390845095173
https://www.tiktok.com/@scout2015/video/6718335390845095173?_r=1&_t=ZM-8&lang=de&utm_source=x -> tiktok:6718335390845095173
https://www.tiktok.com/@scout2015/video/6718335390845095173#c -> tiktok:6718335390845095173
https://www.tiktok.com/share/video/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/embed/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/embed/v2/6718335390845095173?lang=en -> tiktok:6718335390845095173
https://www.tiktok.com/player/v1/6718335390845095173 -> tiktok:6718335390845095173
https://m.tiktok.com/v/6718335390845095173.html -> tiktok:6718335390845095173
https://m.tiktok.com/v/6718335390845095173.html?u_code=1&preview_pb=0 -> tiktok:6718335390845095173
https://www.tiktokv.com/share/video/6718335390845095173/ -> tiktok:6718335390845095173
https://tiktokv.com/share/video/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com./@scout2015/video/6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/@a/video/671833539084509 -> tiktok:671833539084509
https://www.tiktok.com/@a/video/67183353908450951730 -> tiktok:67183353908450951730
https://www.tiktok.com/oembed?url=https%3A%2F%2Fwww.tiktok.com%2F%40a%2Fvideo%2F6718335390845095173 -> tiktok:6718335390845095173
https://www.tiktok.com/login?redirect_url=https%3A%2F%2Fwww.tiktok.com%2F%40a%2Fvideo%2F6718335390845095173 -> tiktok:6718335390845095173
https://vm.tiktok.com/ZMabcdef1/ -> share link
https://vm.tiktok.com/ZMabcdef1 -> share link
http://vm.tiktok.com/ZMabcdef1/ -> share link
vm.tiktok.com/ZMabcdef1 -> share link
https://vt.tiktok.com/ZSabcdef1/ -> share link
https://www.tiktok.com/t/ZTabcdef1/ -> share link
https://tiktok.com/t/ZTabcdef1?k=1 -> share link
https://www.tiktok.com/link/v2?scene=bio_url&target=https%3A%2F%2Fvm.tiktok.com%2FZMabcdef1 -> share link
https://www.tiktok.com/ -> refused: the home page
https://www.tiktok.com/@scout2015 -> refused: a profile
https://www.tiktok.com/@scout2015/live -> refused: a live stream
https://www.tiktok.com/@scout2015/video/ -> refused: no id
https://www.tiktok.com/@scout2015/video/67183353908450 -> refused: fourteen digits
https://www.tiktok.com/@scout2015/video/671833539084509517301 -> refused: twenty-one digits
https://www.tiktok.com/@scout2015/video/0718335390845095173 -> refused: a leading zero would be a second identity
https://www.tiktok.com/@scout2015/video/6718335390845095173x -> refused: a letter in the id
https://www.tiktok.com/@scout2015/video/6718335390845095173/more -> refused: below a video
https://www.tiktok.com/@scout2015/playlist/6718335390845095173 -> refused: a playlist
https://www.tiktok.com/@scout2015%2Fvideo/6718335390845095173 -> refused: an encoded slash
https://www.tiktok.com/scout2015/video/6718335390845095173 -> refused: no sign before the name
https://www.tiktok.com/music/a-sound-6718335390845095173 -> refused: a sound
https://www.tiktok.com/tag/6718335390845095173 -> refused: a tag
https://www.tiktok.com/embed/vx/6718335390845095173 -> refused: no version of the embed
https://www.tiktok.com/t/ -> refused: a share link without a token
https://vm.tiktok.com/ -> refused: the same on the short host
https://vm.tiktok.com/ZMabcdef1/more -> refused: below a share link
https://vx.tiktok.com/ZMabcdef1/ -> refused: another host of the platform
https://vm.tiktok.com.evil.test/ZMabcdef1/ -> refused: the short host as a subdomain
https://evilvm.tiktok.com.test/ZMabcdef1/ -> refused: the short host in the middle
https://tiktok.com.evil.test/@a/video/6718335390845095173 -> refused: the host as a subdomain
https://eviltiktok.com/@a/video/6718335390845095173 -> refused: the host as a suffix
https://vxtiktok.com/@a/video/6718335390845095173 -> refused: a mirror
https://www.tiktok.com/oembed?url=https%3A%2F%2Fevil.test%2F%40a%2Fvideo%2F6718335390845095173 -> refused: leads elsewhere
`;

const LINKEDIN = `
https://www.linkedin.com/posts/janedoe_our-launch-activity-7265012345678901234-aB3d -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/posts/janedoe_our-launch-activity-7265012345678901234-aB3d/ -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/posts/janedoe_our-launch-activity-7265012345678901234-aB3d?utm_source=share&rcm=x -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/posts/janedoe_our-launch-activity-7265012345678901234-_-3d -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/posts/janedoe_activity-7265012345678901234-aB3d -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/posts/jane-doe-42_launch-share-7265012345678901234-aB3d -> linkedin:urn:li:share:7265012345678901234
https://www.linkedin.com/posts/jane-doe-42_launch-ugcPost-7265012345678901234-aB3d -> linkedin:urn:li:ugcPost:7265012345678901234
https://www.linkedin.com/posts/jane-doe-42_launch-ugcpost-7265012345678901234-aB3d -> linkedin:urn:li:ugcPost:7265012345678901234
https://www.linkedin.com/posts/acme_%C3%BCber-uns-activity-7265012345678901234-aB3d -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/posts/acme_launch-activity-7265012345678901234 -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/posts/acme_share-7265012345678909999-activity-7265012345678901234-aB3d -> linkedin:urn:li:activity:7265012345678901234
https://linkedin.com/posts/acme_launch-activity-7265012345678901234-aB3d -> linkedin:urn:li:activity:7265012345678901234
linkedin.com/posts/acme_launch-activity-7265012345678901234-aB3d -> linkedin:urn:li:activity:7265012345678901234
http://www.linkedin.com/posts/acme_launch-activity-7265012345678901234-aB3d -> linkedin:urn:li:activity:7265012345678901234
https://de.linkedin.com/posts/acme_launch-activity-7265012345678901234-aB3d?trk=public_post -> linkedin:urn:li:activity:7265012345678901234
https://m.linkedin.com/posts/acme_launch-activity-7265012345678901234-aB3d -> linkedin:urn:li:activity:7265012345678901234
https://touch.linkedin.com/posts/acme_launch-activity-7265012345678901234-aB3d -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/feed/update/urn:li:activity:7265012345678901234/ -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/feed/update/urn:li:activity:7265012345678901234 -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/feed/update/urn:li:share:7265012345678901234/ -> linkedin:urn:li:share:7265012345678901234
https://www.linkedin.com/feed/update/urn:li:ugcPost:7265012345678901234/ -> linkedin:urn:li:ugcPost:7265012345678901234
https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A7265012345678901234 -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/feed/update/urn%3ali%3augcPost%3a7265012345678901234/ -> linkedin:urn:li:ugcPost:7265012345678901234
https://www.linkedin.com/feed/update/urn:li:activity:7265012345678901234?originalSubdomain=de&lipi=x -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/feed/update/urn:li:activity:7265012345678901234?commentUrn=urn%3Ali%3Acomment%3A1 -> linkedin:urn:li:activity:7265012345678901234
https://fr.linkedin.com/feed/update/urn:li:activity:7265012345678901234/ -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/embed/feed/update/urn:li:share:7265012345678901234 -> linkedin:urn:li:share:7265012345678901234
https://www.linkedin.com/embed/feed/update/urn:li:ugcPost:7265012345678901234?compact=1 -> linkedin:urn:li:ugcPost:7265012345678901234
https://www.linkedin.com./feed/update/urn:li:activity:7265012345678901234/ -> linkedin:urn:li:activity:7265012345678901234
https://www.linkedin.com/authwall?trk=x&sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Ffeed%2Fupdate%2Furn%3Ali%3Ashare%3A7265012345678901234 -> linkedin:urn:li:share:7265012345678901234
https://www.linkedin.com/uas/login?session_redirect=%2Ffeed%2Fupdate%2Furn%3Ali%3Ashare%3A7265012345678901234 -> linkedin:urn:li:share:7265012345678901234
https://www.linkedin.com/safety/go?url=https%3A%2F%2Fyoutu.be%2F${VIDEO}&trk=x -> youtube:${VIDEO}
https://lnkd.in/eAbCdEf1 -> share link
https://lnkd.in/p/eAbCdEf1 -> share link
lnkd.in/eAbCdEf1?trk=x -> share link
https://www.linkedin.com/ -> refused: the home page
https://www.linkedin.com/in/janedoe/ -> refused: a profile
https://www.linkedin.com/company/acme/posts/ -> refused: a company's posts
https://www.linkedin.com/feed/ -> refused: the feed
https://www.linkedin.com/feed/update/ -> refused: no post
https://www.linkedin.com/feed/update/7265012345678901234 -> refused: a number that may be any kind's
https://www.linkedin.com/feed/update/urn:li:activity:726501234567890123 -> refused: eighteen digits
https://www.linkedin.com/feed/update/urn:li:activity:72650123456789012345 -> refused: twenty digits
https://www.linkedin.com/feed/update/urn:li:activity:0265012345678901234 -> refused: a leading zero
https://www.linkedin.com/feed/update/urn:li:comment:7265012345678901234 -> refused: a comment
https://www.linkedin.com/feed/update/urn:li:activity:7265012345678901234/more -> refused: below a post
https://www.linkedin.com/posts/janedoe -> refused: a member's posts
https://www.linkedin.com/posts/janedoe_launch-7265012345678901234-aB3d -> refused: no kind
https://www.linkedin.com/posts/janedoe_launch-activity-7265012345678901234-aB3d5 -> refused: five characters behind
https://www.linkedin.com/embed/posts/janedoe_launch-activity-7265012345678901234-aB3d -> refused: no embed
https://www.linkedin.com/pulse/our-launch-jane-doe-7265012345678901234 -> refused: an article
https://www.linkedin.com/jobs/view/7265012345678901234 -> refused: a job
https://lnkd.in/ -> refused: a short link without a token
https://lnkd.in/a/b/eAbCdEf1 -> refused: a longer short link
https://evil.linkedin.com/feed/update/urn:li:activity:7265012345678901234/ -> refused: another host of the platform
https://evillinkedin.com/feed/update/urn:li:activity:7265012345678901234/ -> refused: the host as a suffix
https://linkedin.com.evil.test/feed/update/urn:li:activity:7265012345678901234/ -> refused: the host as a subdomain
https://www.linkedin.com/authwall?sessionRedirect=https%3A%2F%2Fevil.test%2F -> refused: leads elsewhere
`;

const ANYWHERE = `
https://t.co/AbCdEf1234 -> share link
t.co/AbCdEf1234?amp=1 -> share link
https://l.facebook.com/l.php?u=https%3A%2F%2Ft.co%2FAbCdEf1234 -> share link
https://t.co/ -> refused: no token
https://t.co/AbCdEf1234/more -> refused: below a link
https://evilt.co/AbCdEf1234 -> refused: the host as a suffix
https://www.t.co/AbCdEf1234 -> refused: a host X does not have
https://t.co.evil.test/AbCdEf1234 -> refused: the host as a subdomain
https://bit.ly/AbCdEf1234 -> refused: a shortener that leads anywhere
https://evil.test/ -> refused: another site
`;

const IDENTIFIERS = [
  youtube.identify,
  x.identify,
  identifyRedditPost,
  identifyInstagramPost,
  identifyMetaPost,
  identifyTiktokPost,
  identifyLinkedinPost,
];

const SHARE_LINKS = [
  isRedditShareLink,
  isInstagramShareLink,
  isMetaShareLink,
  isTiktokShareLink,
  isLinkedinShareLink,
  isAnyShareLink,
];

/** Every platform that takes the address for one of its posts. */
function identitiesOf(url: URL): PostIdentity[] {
  return IDENTIFIERS.map((identify) => identify(url)).filter((identity) => identity !== null);
}

/** "reddit:1skjxta", "share link" or "refused"; platforms that contradict each other are all named. */
function whatIs(pasted: string): string {
  const parsed = parsePostUrl(pasted);
  if (!parsed.ok) return "refused";
  const { url } = parsed;
  const posts = identitiesOf(url).map(({ platform, externalId }) => `${platform}:${externalId}`);
  const links = SHARE_LINKS.filter((isShareLink) => isShareLink(url)).map(() => "share link");
  return [...posts, ...links].join(" and ") || "refused";
}

/** Lines of a table: the address, what it is, and why it is refused. */
function readTable(table: string): [pasted: string, what: string, why: string][] {
  return table
    .trim()
    .split("\n")
    .map((line) => {
      const [pasted = "", answer = ""] = line.split(" -> ");
      const [what = "", why = ""] = answer.startsWith("refused") ? answer.split(": ") : [answer];
      return [pasted, what, why];
    });
}

const TABLES = { YOUTUBE, X, REDDIT, INSTAGRAM, META, TIKTOK, LINKEDIN, ANYWHERE };
const LINES = Object.values(TABLES).flatMap(readTable);
const SPELLINGS = LINES.filter(([, what]) => what.includes(":"));

describe("an address as it is pasted", () => {
  it.each(LINES)("%j is %s %s", (pasted, what) => {
    expect(whatIs(pasted)).toBe(what);
  });

  it("keeps its post through the canonical address", () => {
    for (const [pasted] of SPELLINGS) {
      const parsed = parsePostUrl(pasted);
      const [identity] = parsed.ok ? identitiesOf(parsed.url) : [];
      if (identity === undefined) throw new Error(`${pasted} names no post`);
      expect(identitiesOf(new URL(identity.canonicalUrl))).toEqual([identity]);
    }
  });

  it.each([
    ["youtube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", `https://youtu.be/${VIDEO}?si=x`],
    ["x", "https://x.com/i/status/1346889436626259968", `https://twitter.com/a/status/${POST}/photo/1`],
    ["reddit", "https://www.reddit.com/comments/1skjxta/", "https://redd.it/1skjxta"],
    ["instagram", "https://www.instagram.com/p/DAbCdEf_-12/", "https://instagr.am/p/DAbCdEf_-12?igsh=x"],
    ["meta", "https://www.facebook.com/12345678901", "https://m.facebook.com/reel/12345678901/?rdid=x"],
    [
      "tiktok",
      "https://www.tiktok.com/@/video/6718335390845095173",
      "https://www.tiktok.com/embed/6718335390845095173",
    ],
    [
      "linkedin",
      "https://www.linkedin.com/feed/update/urn:li:share:7265012345678901234/",
      "https://de.linkedin.com/posts/a_b-share-7265012345678901234-aB3d?rcm=x",
    ],
  ])("of %s has the canonical address %s", (_platform, canonicalUrl, spelling) => {
    expect(identitiesOf(new URL(spelling)).map((identity) => identity.canonicalUrl)).toEqual([canonicalUrl]);
  });

  it("may have blanks around it", () => {
    expect(whatIs(`  https://www.youtube.com/watch?v=${VIDEO}\n`)).toBe(`youtube:${VIDEO}`);
  });
});

describe("a shortener that is no platform's own", () => {
  it.each(["bit.ly", "www.bit.ly", "tinyurl.com", "goo.gl", "ow.ly", "buff.ly", "is.gd"])("is %s", (host) => {
    expect(isKnownShortener(host)).toBe(true);
  });

  it.each(["t.co", "lnkd.in", "fb.watch", "vm.tiktok.com", "evilbit.ly", "bit.ly.evil.test", "constructor"])(
    "is not %s",
    (host) => expect(isKnownShortener(host)).toBe(false),
  );
});

const HOSTS = [
  ...["youtube.com", "youtu.be", "youtube-nocookie.com", "x.com", "twitter.com", "t.co", "reddit.com"],
  ...["redd.it", "redditmedia.com", "instagram.com", "instagr.am", "facebook.com", "fb.com", "fb.watch"],
  ...["fb.me", "tiktok.com", "tiktokv.com", "linkedin.com", "lnkd.in"],
];

const CYRILLIC: Readonly<Record<string, string>> = { a: "\u0430", e: "\u0435", i: "\u0456", o: "\u043E" };

/** A path that is a post or a share link on each of these hosts at least once. */
const PATHS = LINES.filter(([, what]) => what !== "refused").flatMap(([pasted]) => {
  const parsed = parsePostUrl(pasted);
  return parsed.ok ? [`${parsed.url.pathname}${parsed.url.search}`] : [];
});

describe("a host that looks like a platform's", () => {
  it.each(HOSTS)("is not taken for %s", (host) => {
    const lookAlikes = [
      `evil${host}`,
      `evil-${host}`,
      `${host}.evil.test`,
      `${host}evil.test`,
      `${host}..`,
      `${host}.:8443`,
      `${host}@evil.test`,
      `evil.test/${host}`,
      `evil.test?u=https://${host}`,
      `evil.test#https://${host}`,
      // The parser writes Cyrillic letters as xn--….
      host.replace(/[aeio]/, (letter) => CYRILLIC[letter] ?? letter),
      `xn--${host}`,
    ];
    for (const lookAlike of lookAlikes) {
      for (const path of PATHS) expect(whatIs(`https://${lookAlike}${path}`)).toBe("refused");
    }
  });
});

describe("any text at all", () => {
  const piece = fc.oneof(
    fc.constantFrom(...HOSTS),
    fc.constantFrom(...PATHS),
    fc.constantFrom(
      "https://",
      "http://",
      "//",
      "/",
      "@",
      ":",
      "%",
      "%2F",
      "%252F",
      ".",
      "?",
      "&",
      "#",
      "\\",
      "0",
    ),
    fc.constantFrom(
      "?u=",
      "?next=",
      "?href=",
      "?v=",
      "&v=",
      "/l.php",
      "/login/",
      "/s/",
      "/p/",
      "/reel/",
      "/share/",
    ),
    fc.constantFrom(
      "watch",
      "posts/",
      "comments/",
      "status/",
      "@a/video/",
      "urn:li:share:",
      "constructor",
      "__proto__",
    ),
    fc.string({ unit: "grapheme", maxLength: 12 }),
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.array(piece, { maxLength: 8 }).map((parts) => parts.join("")),
  );

  it("is one post, one share link or refused, and its canonical address is the same post", () => {
    fc.assert(
      fc.property(text, (pasted) => {
        const what = whatIs(pasted);
        expect(what).not.toContain(" and ");
        const parsed = parsePostUrl(pasted);
        for (const identity of parsed.ok ? identitiesOf(parsed.url) : []) {
          expect(identitiesOf(new URL(identity.canonicalUrl))).toEqual([identity]);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("is read the same inside the links that platforms wrap around it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...LINES), ([pasted, what]) => {
        const inner = encodeURIComponent(pasted);
        expect(whatIs(`https://l.facebook.com/l.php?u=${inner}&h=AT0x`)).toBe(what);
        expect(whatIs(`https://www.linkedin.com/safety/go?url=${inner}`)).toBe(what);
      }),
    );
  });

  it("keeps its identity through the canonical address, for every id the platforms can make", () => {
    const digits = (least: number, most: number) =>
      fc.stringMatching(new RegExp(`^[1-9][0-9]{${least - 1},${most - 1}}$`));
    const addresses = fc.oneof(
      fc.stringMatching(/^[0-9A-Za-z_-]{11}$/).map((id) => `https://youtu.be/${id}`),
      digits(1, 19).map((id) => `https://twitter.com/a/status/${id}`),
      fc.stringMatching(/^[1-9A-Za-z][0-9A-Za-z]{0,12}$/).map((id) => `https://redd.it/${id}`),
      fc.stringMatching(/^[0-9A-Za-z_-]{5,28}$/).map((code) => `https://www.instagram.com/reel/${code}/`),
      digits(5, 20).map((id) => `https://www.facebook.com/reel/${id}`),
      fc.stringMatching(/^pfbid[0-9A-Za-z]{4,100}$/).map((id) => `https://www.facebook.com/nasa/posts/${id}`),
      digits(15, 20).map((id) => `https://www.tiktok.com/@a/photo/${id}`),
      fc
        .tuple(fc.constantFrom("activity", "share", "ugcPost"), digits(19, 19))
        .map(([kind, id]) => `https://www.linkedin.com/embed/feed/update/urn:li:${kind}:${id}`),
    );
    fc.assert(
      fc.property(addresses, (address) => {
        fc.pre(!/videoseries|live_stream|audio/.test(address));
        const [identity, ...others] = identitiesOf(new URL(address));
        if (identity === undefined) throw new Error(`${address} names no post`);
        expect(others).toEqual([]);
        expect(identitiesOf(new URL(identity.canonicalUrl))).toEqual([identity]);
      }),
      { numRuns: 1000 },
    );
  });
});
