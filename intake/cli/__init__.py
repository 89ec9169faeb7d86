"""The commands of the product: ``intake serve``, ``init``, ``check``, ``screen`` and the others."""

import json
import sys
from pathlib import Path
from uuid import UUID

import click

from intake import __version__, resources, starting
from intake.cli.audit import audit_group
from intake.cli.backups import backup, restore
from intake.cli.database import database_group
from intake.cli.erase import erase_group
from intake.cli.keys import keys_group
from intake.cli.mail import mail_group
from intake.cli.refusals import FOUND, REFUSED, refusals_in_words
from intake.cli.rules import rules_group
from intake.cli.rules.check import exit_code, print_remarks
from intake.cli.say_who import say_who
from intake.cli.translations import translations_group
from intake.config import Settings, read_settings
from intake.domain.permissions import Role
from intake.domain.processes import Process
from intake.domain.rules import Outcome
from intake.domain.screening import RuleOutcome
from intake.services import (
    accounts,
    asvs_told,
    at_start,
    at_the_console,
    coverage,
    coverage_page,
    demonstration,
    doctor,
    doctor_at_start,
    instance,
    overlaying,
    own_factors,
    processes,
    reviewing,
    rule_checks,
    safety_case,
    screening_files,
    separation,
    supervising,
)
from intake.services.clinic import Clinic, open_patient_desk
from intake.services.doctor_checks import Weight
from intake.services.remarks import Level

_A_FILE = click.Path(path_type=Path)
_A_ROLE = click.Choice([role.value for role in Role])


@click.group(help="Consultation intake and contraindication screening: it flags, clinicians decide.")
@click.version_option(__version__, prog_name="intake")
def main() -> None:
    """The commands, below."""


@main.group(
    invoke_without_command=True,
    help="Set up what is missing, then run the patient site, the clinic site and the worker until stopped.",
)
@click.pass_context
@refusals_in_words
def serve(context: click.Context) -> None:
    """Print where the form and the clinic's side are, and look after the three processes."""
    if context.invoked_subcommand is not None:
        return
    processes.begin()
    settings = read_settings()
    doctor_at_start.refuse_unsafe(settings)
    clinic = _prepared(settings)
    for warning in at_start.warnings(clinic.library, settings):
        click.echo(f"Warning: {warning}", err=True)

    def print_addresses() -> None:
        click.echo(f"The patient's form:  {settings.public_address}/")
        click.echo(f"The clinic's side:   {settings.clinic_side}/")
        for line in (*separation.notes(settings), *at_start.told(clinic)):
            click.echo(line)
        clinic.database.dispose()
        starting.over()

    supervisor = supervising.Supervisor()
    supervising.stop_on_signals(supervisor)
    try:
        supervisor.run(print_addresses)
    except supervising.NotStarted as failed:
        click.echo(str(failed), err=True)
        sys.exit(REFUSED)


@serve.command("patient", help="Run the patient site alone, as a user of its own.")
def serve_patient() -> None:
    """It becomes a process in which there is nothing of the clinic's side."""
    processes.become(Process.PATIENT)


@serve.command("clinic", help="Run the clinic site alone, as a user of its own.")
def serve_clinic() -> None:
    """It becomes the clinic's process."""
    processes.become(Process.CLINIC)


@main.command(help="Send what waits to be e-mailed and delete what is over, until stopped: the worker alone.")
def work() -> None:
    """It becomes the worker's process."""
    processes.become(Process.WORKER)


@main.command(
    "doctor", help="Look at everything around this copy that could hurt somebody, and say what to do."
)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
@refusals_in_words
def see_doctor(*, strict: bool) -> None:
    """Exit code 1 when something was found that intake should not run with."""
    found = doctor.diagnose()
    for finding in found:
        click.echo(str(finding))
    grave = sum(one.weight is Weight.REFUSE for one in found)
    warned = sum(one.weight is Weight.WARN for one in found)
    click.echo(f"{len(doctor.CHECKS)} checks; to put right first: {grave}; warnings: {warned}.")
    if grave or (strict and warned):
        sys.exit(FOUND)


@main.command(help="Make the instance folder, its keys and its database. Safe to repeat.")
@refusals_in_words
def init() -> None:
    """Prepare, and print the link for the first administrator when there is none yet."""
    settings = read_settings()
    clinic = _prepared(settings)
    click.echo(f"Ready: {settings.instance}")
    for line in at_start.setup_link(clinic):
        click.echo(line)


@main.command(help="Bring the database to the newest version of its tables.")
@refusals_in_words
def migrate() -> None:
    """Run the migrations that are missing."""
    done = instance.prepare(read_settings())
    click.echo("The database was brought up to date." if done.migrated else "The database is up to date.")


@main.command(help="Read the questionnaire, the rules and the medicines, and say everything that is wrong.")
@click.option("--questionnaire", type=_A_FILE, help="Another questionnaire file.")
@click.option("--rules", type=_A_FILE, help="Another rules file.")
@click.option("--medicines", type=_A_FILE, help="Another medicines file.")
@click.option("--overlay", type=_A_FILE, help="An overlay, laid over the rules.")
@refusals_in_words
def check(
    questionnaire: Path | None, rules: Path | None, medicines: Path | None, overlay: Path | None
) -> None:
    """The short form of `intake rules check`; exit code 0 says that the files load, warnings or not."""
    settings = read_settings()
    paths = rule_checks.paths_of(settings, questionnaire, rules, medicines)
    checked = rule_checks.check(paths, settings.today())
    if checked.at(Level.ERROR):
        print_remarks(checked, notes=False)
        sys.exit(exit_code(checked))
    library = screening_files.library(settings, questionnaire, rules, medicines, overlay=overlay)
    examples = sum(len(rule.examples) for rule in library.rulebook.rules)
    click.echo(
        f"{len(library.questionnaire.questions)} questions, {len(library.rulebook.rules)} rules, "
        f"{examples} examples, {len(library.formulary.medicines)} medicines: "
        f"{'look at this' if checked.at(Level.WARNING) else 'nothing to put right'}."
    )
    click.echo(f"  questionnaire  edition {library.editions.questionnaire[:12]}")
    click.echo(f"  rules          edition {library.editions.rules[:12]}")
    click.echo(f"  medicines      edition {library.editions.medicines[:12]}")
    if summary := overlaying.summary(library):
        click.echo("\n".join(f"  {line}" for line in overlaying.told(summary)))
    if rules is None and (told := screening_files.file_says(settings)):
        click.echo(f"  note: {told}")
    print_remarks(checked, notes=False)


@main.command("coverage", help="Say which rules and questions stand for each topic, and what is left over.")
@click.option("--write", is_flag=True, help="Write docs/coverage.md anew.")
@refusals_in_words
def show_coverage(*, write: bool) -> None:
    """Exit code 1 when a topic, a choice, a rule or a source is not accounted for."""
    found = coverage.coverage(screening_files.library(read_settings()))
    for line in coverage_page.summary(found):
        click.echo(line)
    if write:
        _write(resources.COVERAGE_PAGE, coverage_page.page(found))
    if left_over := coverage.unaccounted(found):
        click.echo("\n".join(left_over), err=True)
        sys.exit(FOUND)


@main.command("safety-case", help="List the hazards, the risk each leaves, and how many tests prove it.")
@click.option("--write", is_flag=True, help="Write docs/safety-case.md anew.")
@refusals_in_words
def show_safety_case(*, write: bool) -> None:
    """The tests named are looked for by `make test`; an installed copy has none."""
    log, library = coverage.hazard_log(), screening_files.library(read_settings())
    for line in safety_case.summary(log):
        click.echo(line)
    if write:
        _write(resources.SAFETY_CASE_PAGE, safety_case.page(log, library.rulebook.rules))


@main.command("asvs", help="How far the requirements of OWASP ASVS 5.0 are met, level by level.")
@click.option("--write", is_flag=True, help="Write docs/asvs.md anew.")
@refusals_in_words
def show_asvs(*, write: bool) -> None:
    """The tests named are looked for by `make test`; an installed copy has none."""
    requirements = asvs_told.shipped()
    for line in asvs_told.summary(requirements):
        click.echo(line)
    if write:
        _write(resources.ASVS_PAGE, asvs_told.page(requirements))


@main.command(help="Screen the answers in FILE and print what comes of every rule. Needs no database.")
@click.argument("file", type=_A_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print a list with one object for each rule.")
@click.option("--rules", type=_A_FILE, help="Another rules file.")
@click.option("--overlay", type=_A_FILE, help="An overlay, laid over the rules.")
@refusals_in_words
def screen(file: Path, *, as_json: bool, rules: Path | None, overlay: Path | None) -> None:
    """FILE holds {"answers": {question id: value}, "as_of": "YYYY-MM-DD"}, as JSON or YAML."""
    settings = read_settings()
    library = (
        screening_files.library(settings, rules=rules, overlay=overlay)
        if rules or overlay
        else screening_files.library_in_force(settings)
    )
    outcomes = screening_files.screen_file(library, file, settings.today())
    if as_json:
        plain = [screening_files.as_plain(outcome) for outcome in outcomes]
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
    else:
        for outcome in Outcome:
            _print_outcomes(outcome, [one for one in outcomes if one.outcome is outcome])
    # Beside the list and not in it: a rule that was not run has no outcome.
    for line in overlaying.silenced(library):
        click.echo(line, err=as_json)


@main.command(help="Screen stored submissions again under the rules in force; old screenings are kept.")
@click.option("--submission", type=click.UUID, help="Only this one.")
@click.option("--force", is_flag=True, help="Add a screening also where it says the same as the newest.")
@refusals_in_words
def rescreen(submission: UUID | None, *, force: bool) -> None:
    """Reviews are reopened only where something new is raised."""
    clinic = instance.opened(read_settings())
    every = reviewing.to_rescreen(clinic, submission)
    screened = reopened = 0
    with click.progressbar(every, label="Screening again", file=sys.stderr) as waiting:
        for one in waiting:
            came_of = reviewing.rescreen(clinic, one, force=force)
            screened += came_of.added
            reopened += came_of.reopened
    click.echo(f"{screened} submissions screened again, {reopened} reviews reopened.")
    if skipped := len(every) - screened:
        click.echo(f"{skipped} skipped: their newest screening says the same (--force adds one anyway).")


@main.command("add-clinician", help="Give somebody an account; prints a link to choose a password.")
@click.argument("username")
@click.argument("printed_name")
@click.option("--administrator", is_flag=True, help="May also manage accounts.")
@click.option(
    "--role", "roles", type=_A_ROLE, multiple=True, help="What they do here instead; may be repeated."
)
@refusals_in_words
def add_clinician(username: str, printed_name: str, *, administrator: bool, roles: tuple[str, ...]) -> None:
    """PRINTED_NAME is how they sign: "R. Chen, NP"."""
    settings = read_settings()
    clinic = _prepared(settings)
    does = {Role(one) for one in roles} or {Role.CLINICIAN}
    if administrator:
        does.add(Role.ADMINISTRATOR)
    token = accounts.add_staff(clinic, None, username, printed_name, does)
    click.echo(f"{printed_name} can choose a password here, once, within 3 days:")
    click.echo(f"  {settings.clinic_side}/invitation#{token}")


@main.command("forget-factors", help="Take away passkeys, app and codes of somebody who lost them.")
@click.argument("username")
@refusals_in_words
def forget_factors(username: str) -> None:
    """They sign in with their password next, and set up new ones."""
    clinic = instance.opened(read_settings())
    member = at_the_console.named(clinic, username)
    own_factors.forget(clinic, None, member.id)
    click.echo(
        f"{member.printed_name} is signed out everywhere, and sets up a second factor at the next sign-in."
    )


@main.command(help="Fill an empty instance with invented patients and four accounts, to try it out.")
@refusals_in_words
def demo() -> None:
    """Refuses an instance that is in use."""
    settings = read_settings()
    clinic = _prepared(settings)
    desk = open_patient_desk(settings)
    if demonstration.is_loaded(clinic):
        click.echo("The invented patients are here already.")
        return
    invented = demonstration.people(desk)
    with click.progressbar(invented, label="Sending forms", file=sys.stderr) as waiting:
        sent = {person.id: demonstration.send(desk, person) for person in waiting}
    made = demonstration.add_accounts(clinic)
    demonstration.begin_work(clinic, sent)
    click.echo(f"{len(invented)} invented patients sent their forms. Sign in at /clinic/ as")
    for account in made:
        click.echo(f"  {account.username:8} {account.password}   ({account.printed_name}, {account.does})")
    if demonstration.ask_for_no_second_factor(settings):
        click.echo("A password is enough in this copy; a clinic's asks for a second factor as well.")
    else:
        click.echo(
            "You set up a second factor when you sign in first. To try it with passwords alone, write "
            "`second_factor = not_required` in settings.ini."
        )


main.add_command(erase_group)
main.add_command(rules_group)
main.add_command(audit_group)
main.add_command(database_group)
main.add_command(mail_group)
main.add_command(translations_group)
main.add_command(keys_group)
main.add_command(say_who)
main.add_command(backup)
main.add_command(restore)


def _write(path: Path, text: str) -> None:
    if not path.parent.is_dir():
        click.echo(f"{path.name} is kept in a checkout, and this is an installed copy.", err=True)
        sys.exit(REFUSED)
    path.write_text(text, encoding="utf-8")
    click.echo(f"Written: docs/{path.name}")


def _prepared(settings: Settings) -> Clinic:
    # The content is read first: nothing is made for a bad file.
    instance.refuse_bad_content(settings)
    instance.prepare(settings)
    return instance.opened(settings)


def _print_outcomes(outcome: Outcome, found: list[RuleOutcome]) -> None:
    click.echo(f"{outcome.value.replace('_', ' ')} ({len(found)})")
    for one in found:
        click.echo(f"  {one.priority.value:9} {one.rule}  [{one.topic}]")
        for line in one.because:
            click.echo(f"            because  {line.label}: {line.said}")
        for line in one.missing:
            click.echo(f"            missing  {line.label}: {line.said}")
