import type { Command, CommandChoice, Localisations, Subcommand, ValueOption } from "./manifest/command.ts";

/** The language of the manifest, under its own code too: Discord falls back to it from British English. */
export const SOURCE_LANGUAGE = "en-US";

interface Translation {
  /** Of options, choices and menus, by the name in the manifest; one that is not here is the same. */
  names: Localisations;
  /** By the description in the manifest. */
  descriptions: Localisations;
}

/**
 * What the commands are called in other languages. The names of commands and subcommands are the same in all,
 * because our answers and pages call them by name.
 */
export const TRANSLATIONS: Record<string, Translation> = {
  de: {
    names: {
      url: "link",
      campaign: "kampagne",
      views: "aufrufe",
      clicks: "klicks",
      comments: "kommentare",
      evidence: "beleg",
      proof: "nachweis",
      email: "e-mail",
      platform: "plattform",
      severity: "schweregrad",
      report: "meldung",
      Low: "Niedrig",
      Medium: "Mittel",
      High: "Hoch",
      Critical: "Kritisch",
      "Report this post": "Diesen Post melden",
    },
    descriptions: {
      "Report your posts, and see what became of each report":
        "Melde deine Posts und sieh, was aus jeder Meldung wurde",
      "Report a post and its numbers": "Melde einen Post und seine Zahlen",
      "The link to your post": "Der Link zu deinem Post",
      "The campaign your post belongs to": "Die Kampagne, zu der dein Post gehört",
      "How many views you count now": "Wie viele Aufrufe du jetzt zählst",
      "How many clicks you count now": "Wie viele Klicks du jetzt zählst",
      "How many conversions you count now": "Wie viele Conversions du jetzt zählst",
      "How many likes you count now": "Wie viele Likes du jetzt zählst",
      "How many comments you count now": "Wie viele Kommentare du jetzt zählst",
      "How many shares you count now": "Wie oft der Post geteilt wurde, wie du es jetzt zählst",
      "What backs your numbers: a note, or a link": "Was deine Zahlen belegt: eine Notiz oder ein Link",
      "A screenshot or recording that backs your numbers":
        "Ein Bildschirmfoto oder eine Aufnahme, die deine Zahlen belegt",
      "Report new numbers of a post": "Melde neue Zahlen eines Posts",
      "One of the posts you reported": "Einer der Posts, die du gemeldet hast",
      "See a post's claim, the platform's numbers, and the verdict":
        "Sieh deine Angaben zu einem Post, die Zahlen der Plattform und das Urteil",
      "See your latest reports": "Sieh deine letzten Meldungen",
      "See your trust, your accuracy, and what is pending":
        "Sieh dein Vertrauen, deine Genauigkeit und was noch offen ist",
      "See who leads in a campaign": "Sieh, wer in einer Kampagne vorn liegt",
      "The campaign to look at": "Die Kampagne, um die es geht",
      "Connect an account whose numbers only its owner sees, so that its posts can be judged":
        "Verbinde ein Konto, dessen Zahlen nur der Inhaber sieht, damit seine Posts beurteilt werden können",
      "Where the account is": "Wo das Konto ist",
      "See how Claimcheck works, and what to do next":
        "Sieh, wie Claimcheck funktioniert und was du als Nächstes tun kannst",
      "Connect your Discord user to your Claimcheck account":
        "Verbinde deinen Discord-Nutzer mit deinem Claimcheck-Konto",
      "The code Claimcheck gave you; it works once, for a few minutes":
        "Der Code, den Claimcheck dir gab; er gilt einmal und nur wenige Minuten",
      "Disconnect your Discord user from your Claimcheck account":
        "Trenne deinen Discord-Nutzer von deinem Claimcheck-Konto",
      "Open a Claimcheck account for your Discord user":
        "Eröffne ein Claimcheck-Konto für deinen Discord-Nutzer",
      "Your e-mail address": "Deine E-Mail-Adresse",
      "The name of your account; your name in Discord if left out":
        "Der Name deines Kontos; ohne ihn gilt dein Name in Discord",
      "For operators: alerts, platforms, reports, invitations":
        "Für Operatoren: Warnungen, Plattformen, Meldungen, Einladungen",
      "See what needs attention; acknowledge or resolve it":
        "Sieh, was Aufmerksamkeit braucht; bestätige oder erledige es",
      "Only alerts of this severity": "Nur Warnungen dieses Schweregrads",
      "See how each platform answers": "Sieh, wie jede Plattform antwortet",
      "Have a report judged again": "Lass eine Meldung noch einmal beurteilen",
      "The report's id, which begins with rep_": "Die Id der Meldung; sie beginnt mit rep_",
      "Invite the members of this channel to join": "Lade die Mitglieder dieses Kanals ein",
    },
  },
};

/** A command with its texts in every language; a text without a translation stays as it is. */
export function localise(command: Command): Command {
  if (command.type === 3) return { ...command, ...localisedName(command) };
  const options = command.options.map((option) =>
    option.type === 1
      ? { ...option, ...localisedDescription(option), options: option.options.map(localiseOption) }
      : localiseOption(option),
  );
  return { ...command, ...localisedDescription(command), options };
}

function localiseOption(option: ValueOption): ValueOption {
  const texts = { ...localisedName(option), ...localisedDescription(option) };
  if (option.type !== 3 || option.choices === undefined) return { ...option, ...texts };
  return { ...option, ...texts, choices: option.choices.map(localiseChoice) };
}

function localiseChoice(choice: CommandChoice): CommandChoice {
  return { ...choice, ...localisedName(choice) };
}

function localisedName({ name }: { name: string }): { name_localizations: Localisations } {
  return { name_localizations: inEveryLanguage(name, "names") };
}

function localisedDescription({ description }: Pick<Subcommand, "description">): {
  description_localizations: Localisations;
} {
  return { description_localizations: inEveryLanguage(description, "descriptions") };
}

function inEveryLanguage(text: string, kind: keyof Translation): Localisations {
  const texts: Localisations = { [SOURCE_LANGUAGE]: text };
  for (const [language, translation] of Object.entries(TRANSLATIONS)) {
    const translated = translation[kind][text];
    if (translated !== undefined) texts[language] = translated;
  }
  return texts;
}
