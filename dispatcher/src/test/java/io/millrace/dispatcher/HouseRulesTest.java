package io.millrace.dispatcher;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.millrace.testkit.HouseRules;

@AnalyzeClasses(packages = "io.millrace.dispatcher", importOptions = DoNotIncludeTests.class)
class HouseRulesTest {
  @ArchTest static final ArchTests RULES = ArchTests.in(HouseRules.class);
}
