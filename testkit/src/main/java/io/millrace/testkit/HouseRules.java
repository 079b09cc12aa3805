package io.millrace.testkit;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How the house is built, as rules that a build can break. A module holds to all of them with:
 *
 * <pre>{@code
 * @AnalyzeClasses(packages = "io.millrace.ingress", importOptions = DoNotIncludeTests.class)
 * class HouseRulesTest {
 *   @ArchTest static final ArchTests RULES = ArchTests.in(HouseRules.class);
 * }
 * }</pre>
 *
 * <p>Classes called {@code ...Service} or {@code ...Main} wire a module together and may name what
 * the rest of its root package must not know.
 */
public final class HouseRules {

  private static final String ROOT = "io.millrace";
  private static final List<String> SERVICES =
      List.of("ingress", "dispatcher", "workers", "accounting");

  private static final DescribedPredicate<JavaClass> WIRING =
      simpleNameEndingWith("Service")
          .or(simpleNameEndingWith("Main"))
          .or(nestedIn("Service", "Main"))
          .as("wiring");

  /** What a module decides knows nothing of what it talks to. */
  @ArchTest
  public static final ArchRule DECISIONS_TALK_TO_NOBODY =
      noClasses()
          .that()
          .resideInAnyPackage(SERVICES.stream().map(s -> ROOT + "." + s).toArray(String[]::new))
          .and(DescribedPredicate.not(WIRING))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "io.vertx..", "io.netty..", "org.slf4j..")
          .allowEmptyShould(true)
          .because("a module's root package is what it decides, its sub-packages what it talks to");

  /** Services share records on topics, never each other's classes. */
  @ArchTest
  public static final ArchRule SERVICES_SHARE_ONLY_RECORDS =
      classes()
          .that(
              DescribedPredicate.describe(
                  "belong to a service", type -> serviceOf(type).isPresent()))
          .should(leaveOtherServicesAlone())
          .allowEmptyShould(true)
          .because("services share records on topics, never each other's classes");

  /** Time is an argument, and nobody waits by sleeping. */
  @ArchTest
  public static final ArchRule TIME_IS_AN_ARGUMENT =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              ROOT + ".bootstrap..", ROOT + ".standalone..", ROOT + ".broker..")
          .and(DescribedPredicate.not(simpleNameEndingWith("Main")))
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "it sleeps or reads the wall clock",
                  call ->
                      isWallClock(
                          call.getTargetOwner().getFullName(),
                          call.getTarget().getName(),
                          call.getTarget().getRawParameterTypes().isEmpty())))
          .allowEmptyShould(true)
          .because("time is an argument, a Clock at most");

  /** Packages depend on each other in one direction. */
  @ArchTest
  public static final ArchRule PACKAGES_FORM_NO_CYCLE =
      slices()
          .matching(ROOT + ".(**)")
          .should()
          .beFreeOfCycles()
          .ignoreDependency(WIRING, alwaysTrue())
          .allowEmptyShould(true);

  private HouseRules() {}

  private static DescribedPredicate<JavaClass> nestedIn(String... endings) {
    return DescribedPredicate.describe(
        "nested in wiring",
        type -> {
          var outermost = type;
          while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
          }
          var name = outermost.getSimpleName();
          return List.of(endings).stream().anyMatch(name::endsWith);
        });
  }

  private static boolean isWallClock(String owner, String method, boolean isPlain) {
    if (owner.equals(Thread.class.getName())) {
      return method.equals("sleep");
    }
    if (owner.equals(System.class.getName())) {
      return method.equals("currentTimeMillis");
    }
    return isPlain
        && method.equals("now")
        && owner.startsWith(Instant.class.getPackageName() + ".");
  }

  private static Optional<String> serviceOf(JavaClass type) {
    return SERVICES.stream()
        .filter(
            service -> {
              var root = ROOT + "." + service;
              return type.getPackageName().equals(root)
                  || type.getPackageName().startsWith(root + ".");
            })
        .findFirst();
  }

  private static ArchCondition<JavaClass> leaveOtherServicesAlone() {
    return new ArchCondition<>("leave other services' classes alone") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (var dependency : type.getDirectDependenciesFromSelf()) {
          var other = serviceOf(dependency.getTargetClass());
          if (other.isPresent() && !other.equals(serviceOf(type))) {
            events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
          }
        }
      }
    };
  }
}
