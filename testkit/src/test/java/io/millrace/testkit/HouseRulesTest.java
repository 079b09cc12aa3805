package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.millrace.dispatcher.DecisionForTest;
import io.millrace.dispatcher.WiringForTestService;
import io.millrace.ingress.NeighbourForTest;
import org.junit.jupiter.api.Test;

/** The rules bite: each is held against a class that breaks it. */
class HouseRulesTest {

  private static final JavaClasses OFFENDERS =
      new ClassFileImporter().importClasses(DecisionForTest.class, NeighbourForTest.class);

  @Test
  void shouldFindKafkaWhenADecisionKnowsIt() {
    assertThatThrownBy(() -> HouseRules.DECISIONS_TALK_TO_NOBODY.check(OFFENDERS))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("DecisionForTest")
        .hasMessageContaining("TopicPartition");
  }

  @Test
  void shouldFindTheNeighbourWhenAServiceUsesIt() {
    assertThatThrownBy(() -> HouseRules.SERVICES_SHARE_ONLY_RECORDS.check(OFFENDERS))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("NeighbourForTest");
  }

  @Test
  void shouldFindTheWallClockWhenItIsRead() {
    assertThatThrownBy(() -> HouseRules.TIME_IS_AN_ARGUMENT.check(OFFENDERS))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Instant.now()")
        .hasMessageNotContaining("Instant.now(java.time.Clock)");
  }

  @Test
  void shouldFindTheCycleWhenPackagesDependOnEachOther() {
    assertThatThrownBy(() -> HouseRules.PACKAGES_FORM_NO_CYCLE.check(OFFENDERS))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Cycle");
  }

  @Test
  void shouldLetWiringKnowKafkaWhenItIsAService() {
    // Given
    var wiring = new ClassFileImporter().importClasses(WiringForTestService.class);
    // When
    assertThatCode(() -> HouseRules.DECISIONS_TALK_TO_NOBODY.check(wiring))
        // Then
        .doesNotThrowAnyException();
  }
}
