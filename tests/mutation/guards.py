"""Which tests guard which source file: what `make mutants` runs against a change in that file.

The first pattern that fits a source file, named below `priorsim`, counts; beside it stand pytest's arguments.
They name the fast tests that are about the file, the fastest first, so that a mutant costs seconds; the doctests of
the file itself run before them. A file that no pattern fits is not sampled.
"""

from fnmatch import fnmatch

OFF_TRAINING = "tests/measure/test_off_training_by_hand.py tests/measure/test_off_training.py"
ODDS = "tests/measure/test_mass.py tests/measure/test_odds.py tests/measure/test_histogram.py"
DATA = "tests/measure/test_data_joint.py tests/measure/test_data.py -k 'not of_the_oracle and not random_index'"
VERDICTS = "tests/claims/test_two_programs.py tests/claims/test_verdicts_both_ways.py tests/claims/test_plain.py"
QUICK = '-m "not slow and not engine"'
TABLES = "tests/census/test_quotient.py -k 'tables or hash or parts or oracle or 27_bits'"
ENGINES = "tests/census/test_beyond.py tests/census/test_quotient.py -k 'not killed_run'"

GUARDS: dict[str, str] = {
    "priors.py": "tests/test_priors.py",
    "storage.py": "tests/test_storage.py",
    "reading.py": "tests/test_reading.py -k 'not repeats_nothing'",
    "provenance.py": "tests/test_provenance.py tests/test_other_code.py",
    "processes.py": f"tests/test_processes.py tests/test_executors.py {QUICK}",
    "shards.py": f"tests/census/test_spread.py {QUICK}",
    "executors.py": f"tests/test_executors.py {QUICK}",
    "interrupts.py": f"tests/test_processes.py {QUICK}",
    "run_directory.py": "tests/test_run_directory.py -k 'not any_bit'",
    "study/atlases.py": "tests/test_other_code.py tests/test_cache.py",
    "study/plan.py": "tests/test_dry_run.py",
    "study/cache.py": "tests/test_cache.py",
    "cli/asking.py": "tests/test_cache.py tests/test_dry_run.py",
    "cli/caching.py": "tests/test_cache.py",
    "cli/estimating.py": "tests/measure/test_estimate.py -k 'wrong or atlas or network'",
    "figures/census_cost.py": "tests/figures/test_census_cost.py",
    "cli/answer.py": f"tests/test_answer.py tests/test_out.py {QUICK} -k 'not full_device'",
    "cli/command.py": f"tests/test_options.py tests/test_wrong_inputs.py {QUICK} -k 'option or change or bad_input'",
    "cli/options.py": f"tests/test_options.py tests/test_wrong_inputs.py tests/test_cli.py {QUICK}",
    "cli/progress_bar.py": "tests/test_surroundings.py tests/test_interrupted_census.py -k 'progress or interrupted'",
    "table.py": "tests/test_table.py",
    "frame.py": "tests/notebook/test_frame.py",
    "worlds/made.py": "tests/notebook/test_worlds.py",
    "notebook/plot.py": "tests/notebook/test_plot.py",
    "notebook/*.py": "tests/notebook/test_asking.py",
    "measure/data*.py": f"tests/measure/test_data_witness.py {DATA}",
    "census/segments/*.py": DATA,
    "census/root_searches.py": "tests/measure/test_objectives.py",
    "keys.py": "tests/test_docs.py tests/measure/test_odds.py",
    "measure/keys.py": "tests/test_docs.py tests/measure/test_odds.py",
    "measure/histogram.py": "tests/measure/test_histogram.py tests/measure/test_mass.py",
    "measure/histogram_file.py": "tests/measure/test_histogram_file.py",
    "measure/mass.py": f"{ODDS} {OFF_TRAINING}",
    "measure/odds.py": ODDS,
    "measure/program.py": f"tests/measure/test_definitions.py tests/measure/test_amortisation.py {OFF_TRAINING}",
    "measure/decomposition.py": f"tests/measure/test_decomposition.py tests/measure/test_tradeoff.py {VERDICTS}",
    "measure/fitting.py": f"tests/measure/test_splits.py {OFF_TRAINING}",
    "measure/weighed.py": f"tests/measure/test_mixture.py tests/measure/test_splits.py {OFF_TRAINING}",
    "measure/off_training.py": f"tests/measure/test_splits.py {OFF_TRAINING}",
    "measure/values.py": f"tests/measure/test_lengths.py tests/measure/test_splits.py {VERDICTS}",
    "measure/mixture.py": "tests/measure/test_mixture.py tests/measure/test_splits.py",
    "measure/crossover.py": "tests/measure/test_crossover.py tests/measure/test_tradeoff.py",
    "cli/drawing.py": "tests/figures/test_own_world.py",
    "measure/histories.py": "tests/measure/test_influence.py",
    "measure/lane_orders.py": "tests/measure/test_influence.py",
    "measure/binning.py": "tests/measure/test_growth.py tests/measure/test_knockouts.py",
    "measure/standings.py": "tests/measure/test_growth.py tests/measure/test_population.py",
    "measure/population.py": "tests/measure/test_population.py tests/measure/test_edges.py",
    "measure/collapse.py": "tests/measure/test_finite_size.py",
    "measure/extrapolation.py": "tests/measure/test_finite_size.py tests/measure/test_diversity.py -k 'rule or law'",
    "measure/*.py": "tests/measure/test_{stem}.py",
    "claims/judge.py": f"{VERDICTS} tests/claims/test_judge.py tests/claims/test_command.py",
    "claims/claim.py": f"{VERDICTS} tests/claims/test_judge.py",
    "claims/populations.py": f"{VERDICTS} tests/claims/test_lessons.py tests/claims/test_judge.py tests/test_paper.py",
    "claims/kept.py": "tests/claims/test_command.py",
    "claims/queries.py": "tests/claims/test_queries.py",
    "claims/answer.py": "tests/test_docs.py tests/claims/test_command.py",
    "claims/walking.py": "tests/claims/test_walking.py",
    "claims/*.py": VERDICTS,
    "walks/answer.py": "tests/walks/test_answer.py",
    "walks/sampled.py": "tests/walks/test_sampled.py tests/walks/test_cut.py -k 'not plain'",
    "walks/kernels.py": "tests/walks/test_graph.py tests/walks/test_sampled.py tests/walks/test_cut.py",
    "walks/solve.py": "tests/walks/test_solve.py tests/walks/test_cut.py",
    "walks/graph.py": "tests/walks/test_graph.py tests/walks/test_findings.py",
    "walks/materials.py": "tests/walks/test_graph.py",
    "walks/chains.py": "tests/walks/test_dynamics.py",
    "walks/landscape.py": "tests/walks/test_dynamics.py",
    "walks/ends.py": "tests/walks/test_cut.py tests/walks/test_dynamics.py",
    "walks/*.py": "tests/walks/test_findings.py tests/walks/test_cut.py",
    "stack/language.py": "tests/stack/test_language.py",
    "stack/code.py": "tests/stack/test_language.py",
    "stack/interpreter.py": "tests/stack/test_interpreter.py",
    "stack/tables.py": "tests/stack/test_interpreter.py",
    "stack/*.py": "tests/stack/test_censuses.py",
    "census/atlas.py": "tests/census/test_atlas.py",
    "census/stored.py": "tests/census/test_atlas.py",
    "census/summability.py": "tests/census/test_summability.py",
    "census/kernel_cache.py": "tests/census/test_kernel_cache.py -k 'not whose_kernels_are_called'",
    "census/engine/exhaustive.py": "tests/census/test_exhaustive.py tests/census/test_amortised.py",
    "census/engine/exhaustive_kernels.py": "tests/census/test_exhaustive.py",
    "census/engine/apply_kernels.py": "tests/census/test_nested.py",
    "census/engine/sorting.py": TABLES,
    "census/engine/tables.py": TABLES,
    "census/engine/packed.py": f"tests/census/test_packed.py {ENGINES}",
    "census/programs.py": "tests/walks/test_graph.py",
    "census/recurrence.py": "tests/census/test_recurrence.py tests/measure/test_mass.py",
    "census/take.py": "tests/census/test_take.py tests/test_processes.py",
    "census/effort.py": "tests/census/test_take.py tests/test_options.py tests/measure/test_estimate.py",
    "census/shortest.py": "tests/census/test_shortest.py",
    "census/beyond.py": "tests/census/test_beyond.py",
    "census/witness.py": "tests/census/test_witness.py",
    "census/engine/term_witness.py": "tests/census/test_witness.py",
    "census/engine/terms.py": f"tests/census/test_amortised.py {ENGINES}",
    "census/engine/replica.py": "tests/census/test_spread.py",
    "census/engine/spread_tasks.py": "tests/census/test_spread.py",
    "census/engine/waves.py": "tests/census/test_spread.py",
    "census/spread.py": "tests/census/test_spread.py",
    "census/engine/*.py": ENGINES,
}


def guard(source: str) -> str | None:
    """Pytest's arguments for a source file."""
    for pattern, tests in GUARDS.items():
        if fnmatch(source, pattern):
            stem = source.rpartition("/")[2].removesuffix(".py")
            return f'-m "not slow" priorsim/{source} {tests.format(stem=stem)}'
    return None
