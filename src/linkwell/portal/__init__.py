"""The portal: HTTP only. Every change goes through custody's actions; pages come from the pages room."""
