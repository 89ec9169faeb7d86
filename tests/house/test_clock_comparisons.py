"""Whoever compares a kept time with now says what happens when it was kept by a clock that was ahead (0059).

Such a time lies in the future once the clock is right: what waits for it is silent for as long, and what is
old by the clock that is ahead is erased. Each place was looked at, and stands here under its reason.
"""

from house.clock_comparisons import comparisons, found

LOOKED_AT = {
    "what lies in the future is told apart, and counts for nothing or as now": """
        domain/upload_limits:what_is_too_much services/notices:_tried_for services/staff_notices:_is_quiet
        storage/claims:_holding storage/desk:opened storage/lockouts:_was_set_back storage/lockouts:count
        storage/lockouts:is_paused storage/outgoing:due storage/outgoing:told_staff_last
        storage/own_copies:_row storage/patient_requests:came_within_a_day storage/replies:came_within_a_day
        storage/rate_limits:is_used_up storage/rate_limits:_knock
        storage/reply_sessions:find storage/staff_sessions:_expired storage/staff_sessions:remove_expired
        storage/wrong_tries:is_paused storage/last_trace:leap_in_the_trail storage/last_trace:leap_of_anybody
    """,
    "what lies in the future proves nothing: whoever comes begins once more": """
        services/emergency:_until services/provider_client:_is_recent services/second_steps:is_fresh
        storage/passkey_challenges:take storage/provider_sign_ins:take storage/unfinished_sign_ins:find
    """,
    "the worker alone erases by it, once it believes the clock (careful_clock)": """
        services/careful_clock:is_believed storage/drafts:remove_expired storage/held_pages:remove_over
        storage/known_browsers:remove_expired storage/lockouts:remove_over storage/one_time_links:remove_over
        storage/outgoing:erase_what_is_over storage/own_copies:remove_over storage/rate_limits:_sweep
        storage/reply_sessions:remove_over storage/ways_back:are_over
        storage/passkey_challenges:remove_over storage/provider_sign_ins:remove_over
        storage/unfinished_sign_ins:remove_over
    """,
    "papers are thrown away, and forms erased, once the trail shows no leap": """
        services/erasing:_over services/erasing_signals:_due storage/erasing:_signed_before
        storage/transcriptions:over
    """,
    "it carries the moment it ends, or the newest visit: set back, it lasts longer and is not shut": """
        domain/start_codes:state domain/two_people:stage
        storage/dead_letters:every storage/dead_letters:outbox
        storage/dead_letters:try_again storage/drafts:_expired storage/drafts:_touch
        storage/held_pages:_is_over storage/known_browsers:is_known storage/known_browsers:is_somebodys
        storage/known_browsers:of storage/one_time_links:burn storage/one_time_links:find
        storage/patient_questions:_works storage/patient_questions:has_ended storage/reply_sessions:_touch
        storage/staff_sessions:_touched storage/start_codes:use storage/transcriptions:fetch
        storage/transcriptions:is_over storage/ways_back:_is_over
    """,
    "it only shows something, for longer or as new; nobody is kept out and nothing leaves a list": """
        services/agreement:agreement services/claims:hold services/desk:open_desk
        services/doctor_files:_old_passwords services/doctor_front:_runs_out
        services/doctor_network:_runs_ahead services/emergency:lately services/exchanges:_waited
        services/figures:figures services/people:_person services/queue_lines:_with_unread_reply
        services/queue_lines:unfinished_line services/safety_signals:alert services/safety_signals:_told
        services/signalling:promise services/statistics:__init__
        storage/safety_signals:of_late web/clinic/site:_teach_words web/clinic/site:ago
    """,
    "a question of the future brings its form back to the queue (Standing.is_unanswered)": """
        domain/standing:waits_long
    """,
    "a signal of the future is told at once, and one from before a leap once the clock is right": """
        services/staff_notices:_signals_since
    """,
    "the clock that nobody can set": """
        services/supervising:_look_after web/policy_reports:allows
    """,
    "no time, but what something says now": """
        domain/answer_changes:answer_changes domain/rules:is_silenced domain/turning:_otherwise
        domain/turning:_turns services/explanation_told:_distance services/export_json:_changed
        services/overlaying:_plain services/overlaying:_told services/published_rules:_refuse_changed
        storage/codec_overlay:_lowered_to_json storage/codec_overlay:lowered_from_json
        web/clinic/overlay_report:overlay_report web/patient/says_more:differ web/patient/sending:sign
    """,
}


def test_every_comparison_with_now_was_looked_at():
    looked_at = [name for names in LOOKED_AT.values() for name in names.split()]

    assert len(looked_at) == len(set(looked_at))
    assert sorted(found()) == sorted(looked_at)


def test_a_comparison_nobody_looked_at_is_found():
    """The control: each way in which one may be written."""
    for written in (
        "row.until > now",
        "row.at < now - LONG",
        "clinic.now() - last >= LONG",
        "max(now, at) - at",
    ):
        assert [*comparisons(f"def waits(row, now):\n    return {written}")] == ["waits"], written
    assert [*comparisons("def waits(row, now):\n    return row.later(now)")] == []
