"""From linked supplies to a de-identified refresh, and from a refresh to a project's own database."""

from linkwell.integration.population import PopulationFacts, import_population, stored_facts
from linkwell.integration.project import ProjectFacts, build_project
from linkwell.integration.refresh import RefreshFacts, build_refresh
from linkwell.integration.supplies import SupplyForRefresh

__all__ = [
    "PopulationFacts",
    "ProjectFacts",
    "RefreshFacts",
    "SupplyForRefresh",
    "build_project",
    "build_refresh",
    "import_population",
    "stored_facts",
]
